using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CompareRequests.Requests;
using CompareRequests.Wire;

namespace CompareRequests.Running;

/// <summary>One of the two brokers, with a connection to each of its listeners that is renewed after every failure.</summary>
internal sealed class Broker : IDisposable
{
    private readonly BrokerConnection?[] _connections = new BrokerConnection?[2];
    private readonly List<BrokerConnection> _pending = [];

    /// <param name="directory">Contains the file bootstrap with the address of the broker. The port of the controller is the next.</param>
    public Broker(string directory)
    {
        Directory = directory;
        Address = IPEndPoint.Parse(File.ReadAllText(Path.Combine(directory, "bootstrap")).Trim());
    }

    public string Directory { get; }

    public IPEndPoint Address { get; }

    public Variables Variables { get; private init; } = new();

    /// <summary>The same broker on other connections, with a copy of the variables.</summary>
    public Broker Another() => new(Directory) { Variables = Variables.Copy() };

    /// <summary>Closes the connections of pending steps.</summary>
    public void EndCase()
    {
        _pending.ForEach(connection => connection.Dispose());
        _pending.Clear();
    }

    /// <summary>Runs a step, stores what it captures, and returns the response.</summary>
    public Dictionary<string, object?> Run(Step step)
    {
        if (step.IsPending)
        {
            var connection = new BrokerConnection(Address);
            _pending.Add(connection);
            connection.Send(step.Api, step.Version, Variables.Resolve(step.Request));
            return [];
        }
        var response = RunOnce(step);
        for (var i = 0; step.Awaited is { } path && !step.Expected.Equals(Find(response, path)) && i < 200; i++)
        {
            Thread.Sleep(10);
            response = RunOnce(step);
        }
        return response;
    }

    private Dictionary<string, object?> RunOnce(Step step)
    {
        var onController = step.OnController;
        Send(step.Api, step.Version, Variables.Resolve(step.Request), null, onController);
        var response = Await(TimeSpan.FromSeconds(15), onController) ? Receive(step.Api, step.Version, onController) : GiveUp(onController);
        foreach (var (name, path) in step.Captures)
            Variables[name] = Find(response, path);
        if (step.Selected is { } list && response.GetValueOrDefault(list) is List<object?> items)
            items.RemoveAll(item => item is not Dictionary<string, object?> fields || !fields.ContainsValue(Variables.Resolve("@fresh")));
        return response;
    }

    public void Send(string api, int version, Dictionary<string, object?> request, Func<byte[], byte[]>? damage, bool onController)
    {
        var body = MessageWriter.Write(Schemas.ApiCatalog.Request(api), version, request);
        Connection(onController).Send(api, version, damage?.Invoke(body) ?? body);
    }

    public bool Await(TimeSpan time, bool onController) => Connection(onController).Await(time);

    public Dictionary<string, object?> Receive(string api, int version, bool onController)
    {
        try
        {
            if (Connection(onController).Receive(api, version) is { } response)
                return response;
            Close(onController);
            return Outcome.Closed;
        }
        catch (SocketException)
        {
            Close(onController);
            return Outcome.Closed;
        }
        catch (InvalidDataException e)
        {
            Close(onController);
            return Outcome.Invalid(e.Message);
        }
    }

    /// <summary>Closes the connection, because no response has come.</summary>
    public Dictionary<string, object?> GiveUp(bool onController)
    {
        Close(onController);
        return Outcome.Silent;
    }

    /// <summary>The value at a path such as Topics[0].TopicId; null if there is none.</summary>
    public static object? Find(object? value, string path)
    {
        foreach (var step in path.Split('.', '[', ']').Where(step => step.Length > 0))
        {
            value = value switch
            {
                Dictionary<string, object?> fields => fields.GetValueOrDefault(step),
                List<object?> list when int.Parse(step, CultureInfo.InvariantCulture) is var i && i < list.Count => list[i],
                _ => null,
            };
        }
        return value;
    }

    public void Dispose()
    {
        EndCase();
        Close(false);
        Close(true);
    }

    private BrokerConnection Connection(bool onController)
    {
        var i = onController ? 1 : 0;
        return _connections[i] ??= new(new(Address.Address, Address.Port + i));
    }

    private void Close(bool onController)
    {
        _connections[onController ? 1 : 0]?.Dispose();
        _connections[onController ? 1 : 0] = null;
    }
}
