using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing.Faults;

/// <summary>The faults in JSON: the one list of the actions and of what selects, from which reading and writing follow.</summary>
internal static class FaultForms
{
    private static readonly JsonForm s_bytes = new("bytes", JsonForm.WholeNumber);
    private static readonly JsonForm s_error = new("error", ValueForms.Error);
    private static readonly JsonForm s_time = new("time", ValueForms.Duration);

    public static IReadOnlyList<ActionForm> Actions { get; } =
    [
        new("respond", [s_error], a => FaultAction.Respond((ErrorCode)a[0]), a => a is FaultAction.ErrorInstead e ? [e.Error] : null),
        new(
            "respondAfter", [s_error],
            a => FaultAction.RespondAfter((ErrorCode)a[0]), a => a is FaultAction.ErrorAfter e ? [e.Error] : null),
        new("delay", [s_time], a => FaultAction.Delay((TimeSpan)a[0]), a => a is FaultAction.Wait w ? [w.Time] : null),
        new("hold", [], _ => FaultAction.Hold(), a => a is FaultAction.WaitForRelease ? [] : null),
        new("hang", [], _ => FaultAction.Hang(), a => a is FaultAction.NoResponse ? [] : null),
        new("dropBefore", [], _ => FaultAction.DropBefore(), a => a is FaultAction.CloseInstead ? [] : null),
        new("dropAfter", [], _ => FaultAction.DropAfter(), a => a is FaultAction.CloseAfter ? [] : null),
        new("throttle", [s_time], a => FaultAction.Throttle((TimeSpan)a[0]), a => a is FaultAction.ThrottleClient t ? [t.Time] : null),
        new("corruptRecords", [], _ => FaultAction.CorruptRecords(), a => a is FaultAction.FlipBit ? [] : null),
        new("tearResponse", [s_bytes], a => FaultAction.TearResponse((int)a[0]), a => a is FaultAction.Tear t ? [t.Bytes] : null),
        new("moveCoordinator", [], _ => FaultAction.MoveCoordinator(), a => a is FaultAction.CoordinatorElsewhere ? [] : null),
        new("refuseConnections", [], _ => FaultAction.RefuseConnections(), a => a is FaultAction.CloseAccepted ? [] : null),
        new(
            "slowResponses", [new JsonForm("pause", ValueForms.Duration), s_bytes],
            a => FaultAction.SlowResponses((TimeSpan)a[0], (int)a[1]), a => a is FaultAction.Drip d ? [d.Pause, d.Bytes] : null),
        new("fillDisk", [], _ => FaultAction.FillDisk(), a => a is FaultAction.NoSpace ? [] : null),
        new(
            "failDisk", [new JsonForm("operation", ValueForms.Operation)],
            a => FaultAction.FailDisk((FileOperation)a[0]), a => a is FaultAction.FailOperation f ? [f.Operation] : null),
        new("loseFlushes", [], _ => FaultAction.LoseFlushes(), a => a is FaultAction.LostFlush ? [] : null),
    ];

    /// <summary>What a fault has beside its action.</summary>
    public static IReadOnlyList<SelectorForm> Selectors { get; } =
    [
        new(new("api", ValueForms.Api), f => f.Api, (f, v) => f with { Api = (ApiKey)v }),
        new(new("clientId", JsonForm.Text), f => f.ClientId, (f, v) => f with { ClientId = (string)v }),
        new(new("topic", JsonForm.Text), f => f.Topic, (f, v) => f with { Topic = (string)v }),
        new(new("partition", JsonForm.WholeNumber), f => f.Partition, (f, v) => f with { Partition = (int)v }),
        new(new("group", JsonForm.Text), f => f.Group, (f, v) => f with { Group = (string)v }),
        new(new("skip", JsonForm.WholeNumber), f => f.Skip == 0 ? null : f.Skip, (f, v) => f with { Skip = (int)v }),
        new(new("count", JsonForm.WholeNumber), f => f.Count, (f, v) => f with { Count = (int)v }),
        new(
            new("probability", JsonForm.Number),
            f => f.Probability >= 1 ? null : f.Probability, (f, v) => f with { Probability = (double)v }),
        new(new("seed", JsonForm.WholeNumber), f => f.Seed, (f, v) => f with { Seed = (int)v }),
    ];

    public static void Write(Utf8JsonWriter writer, Fault fault)
    {
        writer.WriteStartObject();
        foreach (var form in Actions)
        {
            if (form.Arguments(fault.Action) is not { } arguments)
                continue;
            writer.WriteString("action", form.Name);
            for (var i = 0; i < arguments.Length; i++)
                form.Parameters[i].Write(writer, arguments[i]);
            break;
        }
        foreach (var selector in Selectors)
        {
            if (selector.Get(fault) is { } value)
                selector.Form.Write(writer, value);
        }
        writer.WriteEndObject();
    }

    /// <exception cref="FormatException">It is not a fault.</exception>
    public static Fault Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("A fault is an object with an 'action'");
        var form = ActionOf(json);
        try
        {
            var fault = new Fault(form.Create([.. form.Parameters.Select(parameter => parameter.ReadFrom(json, form.Name))]));
            foreach (var field in json.EnumerateObject().Where(field => field.Name != "action"))
                fault = Apply(field, form, fault);
            return fault.Mistake is { } mistake ? throw new FormatException(mistake) : fault;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"action {form.Name}: {e.Message}", e);
        }
    }

    private static ActionForm ActionOf(JsonElement json)
    {
        var known = string.Join(", ", Actions.Select(form => form.Name));
        if (!json.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String)
            throw new FormatException($"A fault needs an 'action'. Known: {known}");
        return Actions.FirstOrDefault(form => form.Name == action.GetString())
            ?? throw new FormatException($"There is no action '{action.GetString()}'. Known: {known}");
    }

    private static Fault Apply(JsonProperty field, ActionForm action, Fault fault)
    {
        if (action.Parameters.Any(parameter => parameter.Name == field.Name))
            return fault;
        if (Selectors.FirstOrDefault(selector => selector.Form.Name == field.Name) is not { } selector)
        {
            var known = action.Parameters.Select(parameter => parameter.Name).Concat(Selectors.Select(other => other.Form.Name));
            throw new FormatException(
                $"The action {action.Name} has no '{field.Name}'. Known: action, {string.Join(", ", known)}");
        }
        return field.Value.ValueKind == JsonValueKind.Null ? fault : selector.Set(fault, selector.Form.Read(field.Value));
    }
}

/// <summary>An action in JSON.</summary>
/// <param name="Name">The name.</param>
/// <param name="Parameters">What it needs.</param>
/// <param name="Create">Makes the action from the arguments, in the order of the parameters.</param>
/// <param name="Arguments">The arguments of an action of this kind; null for others.</param>
internal sealed record ActionForm(
    string Name, JsonForm[] Parameters, Func<object[], FaultAction> Create, Func<FaultAction, object[]?> Arguments);

/// <summary>A property of a fault in JSON.</summary>
internal sealed record SelectorForm(JsonForm Form, Func<Fault, object?> Get, Func<Fault, object, Fault> Set);
