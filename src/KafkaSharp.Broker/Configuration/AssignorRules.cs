using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The rules of the server-side assignors: built-in names, or classes that every installation of Kafka has.</summary>
internal static class AssignorRules
{
    public static IEnumerable<ConfigRule> All { get; } =
    [
        new(["group.consumer.assignors"], values => NotFound(values.List("group.consumer.assignors"), "uniform", "range")),
        new(["group.share.assignors"], values => NotFound(values.List("group.share.assignors"), "simple")
            ?? (values.List("group.share.assignors") is { Count: > 1 } several
                ? $"group.share.assignors must contain exactly one assignor, but found {several.Count}"
                : null)),
    ];

    private static string? NotFound(IReadOnlyList<string> assignors, params string[] builtIn) => assignors
        .Where(assignor => !builtIn.Contains(assignor) && !KnownKeys.IsKnownClass(assignor))
        .Select(assignor => $"Class {assignor} cannot be found").FirstOrDefault();
}
