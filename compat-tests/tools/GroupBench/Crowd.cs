using System.Net;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using WireProbe;

namespace GroupBench;

/// <summary>Connections over which requests are sent in turns: one on each, then their responses.</summary>
internal sealed class Crowd(IPEndPoint broker) : IDisposable
{
    private const int MostConnections = 100;

    private readonly List<WireConnection> _connections = [];

    public static string Unique(string name) => $"{name}-{Guid.NewGuid():N}";

    /// <summary>Sends all requests and receives all responses, in their order; a hundred are in flight.</summary>
    public IEnumerable<TResponse> AskAll<TRequest, TResponse>(IEnumerable<TRequest> requests, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        foreach (var turn in requests.Chunk(MostConnections))
        {
            while (_connections.Count < turn.Length)
                _connections.Add(new WireConnection(broker));
            for (var i = 0; i < turn.Length; i++)
                _connections[i].Send(turn[i], version);
            for (var i = 0; i < turn.Length; i++)
                yield return _connections[i].Receive<TResponse>(version);
        }
    }

    public TResponse Ask<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse> => AskAll<TRequest, TResponse>([request], version).Single();

    public void Heartbeat(IReadOnlyList<Member> members)
    {
        var responses = AskAll<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            members.Select(member => member.Heartbeat()), 1);
        foreach (var (member, response) in members.Zip(responses))
            member.Receive(response);
    }

    /// <summary>Creates a topic and waits until groups are assigned its partitions, which may exist after the response only.</summary>
    public void CreateTopic(string name, int partitions)
    {
        var response = Ask<CreateTopicsRequest, CreateTopicsResponse>(
            new() { Topics = [new() { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }], TimeoutMs = 300_000 }, 7);
        if (response.Topics[0].ErrorCode != ErrorCode.None)
            throw new InvalidOperationException($"{name} is not created: {response.Topics[0].ErrorCode}");
        var group = Unique("group");
        AwaitCoordinator(group);
        for (var member = new Member(group, "first", name); member.Owned < partitions; Thread.Sleep(50))
            Heartbeat([member]);
    }

    /// <summary>The first request creates the topic of the offsets.</summary>
    public void AwaitCoordinator(string group)
    {
        var member = new Member(group, "first", "none");
        while (Ask<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(member.Heartbeat(), 1).ErrorCode != ErrorCode.None)
        {
            Ask<FindCoordinatorRequest, FindCoordinatorResponse>(new() { CoordinatorKeys = [group] }, 4);
            Thread.Sleep(50);
        }
        Ask<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(member.Leave(), 1);
    }

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());
}
