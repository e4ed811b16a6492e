using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using CompareRequests.Running;
using CompareRequests.Schemas;
using CompareRequests.Wire;

namespace CompareRequests.Timings;

/// <summary>What a scenario does on one of the two brokers: it opens connections, and says what came of its requests and when.</summary>
internal sealed class TimedClient(Broker broker, string name) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly List<BrokerConnection> _connections = [];
    private readonly Stopwatch _watch = new();

    /// <summary>The group and topic of the scenario, which no other uses.</summary>
    public string Name { get; } = name;

    /// <summary>The time since <see cref="StartWatch"/>.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    public BrokerConnection Connect()
    {
        var connection = new BrokerConnection(broker.Address);
        _connections.Add(connection);
        return connection;
    }

    public void StartWatch() => _watch.Restart();

    public void StopWatch() => _watch.Stop();

    /// <summary>Sends a request without waiting. "@name" in the text stands for the name of the scenario.</summary>
    public void Send(BrokerConnection connection, string api, int version, string json)
    {
        broker.Variables["fresh"] = Name;
        connection.Send(api, version, broker.Variables.Resolve(Values.Struct(json.Replace("@name", Name, StringComparison.Ordinal))));
    }

    /// <summary>The response to the last request; an empty one if the connection was closed instead.</summary>
    public Dictionary<string, object?> Receive(BrokerConnection connection, string api, int version)
    {
        try
        {
            return connection.Await(s_patience) ? connection.Receive(api, version) ?? [] : throw new TimeoutException($"{api} v{version}");
        }
        catch (SocketException)
        {
            return [];
        }
    }

    public Dictionary<string, object?> Run(BrokerConnection connection, string api, int version, string json)
    {
        Send(connection, api, version, json);
        return Receive(connection, api, version);
    }

    /// <summary>Repeats a request until a value of its response is the expected one.</summary>
    public void Until(BrokerConnection connection, string api, int version, string json, string path, string value)
    {
        for (var i = 0; Text(Run(connection, api, version, json), path) != value; i++)
        {
            if (i == 3000)
                throw new TimeoutException($"{path} does not become {value}");
            Thread.Sleep(10);
        }
    }

    public static string Text(Dictionary<string, object?> response, string path) =>
        Convert.ToString(Broker.Find(response, path), CultureInfo.InvariantCulture)!;

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());
}
