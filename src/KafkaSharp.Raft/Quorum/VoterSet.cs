using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The voters of the metadata quorum (Kafka's <c>VoterSet</c>): from <c>controller.quorum.voters</c> with kraft.version 0, from the last
/// VotersRecord of the log with kraft.version 1. Immutable.
/// </summary>
public sealed class VoterSet(IEnumerable<RaftVoter> voters)
{
    public static VoterSet Empty { get; } = new([]);

    /// <summary>The voters in the order of their ids.</summary>
    public IReadOnlyList<RaftVoter> Voters { get; } = [.. voters.OrderBy(voter => voter.Id)];

    public int Count => Voters.Count;

    /// <summary>The number of voters that is a majority.</summary>
    public int Majority => Count / 2 + 1;

    public RaftVoter? Find(int id) => Voters.FirstOrDefault(voter => voter.Id == id);

    /// <summary>
    /// The set with the current endpoints and supported versions of a voter. The same instance if nothing changes, if the id is not a
    /// voter, or if there are no endpoints.
    /// </summary>
    public VoterSet WithUpdated(int id, IReadOnlyList<RaftEndpoint> endpoints)
    {
        if (Find(id) is not { } voter || endpoints.Count == 0
            || (voter.Endpoints.SequenceEqual(endpoints)
                && (voter.MinKRaftVersion, voter.MaxKRaftVersion) == (0, RaftVoter.LatestKRaftVersion)))
            return this;
        var updated = new RaftVoter(id, voter.DirectoryId, endpoints);
        return new VoterSet(Voters.Select(other => other.Id == id ? updated : other));
    }

    /// <summary>
    /// Parses <c>controller.quorum.voters</c>. Each entry has the form <c>id@host:port</c>; of an id that is repeated the last one counts.
    /// </summary>
    /// <param name="entries">The entries of the list.</param>
    /// <param name="listenerName">The listener name of the endpoints: the first of <c>controller.listener.names</c>.</param>
    /// <exception cref="FormatException">An entry does not have that form. The message is Kafka's.</exception>
    public static VoterSet Parse(IEnumerable<string> entries, string listenerName)
    {
        const string Form = "Each entry should be in the form `{id}@{host}:{port}`.";
        var voters = new Dictionary<int, RaftVoter>();
        foreach (var entry in entries)
        {
            if (entry.TrimEnd('@').Split('@') is not [var idText, var addressText])
                throw new FormatException($"Invalid configuration value for controller.quorum.voters. {Form}");
            if (!int.TryParse(idText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
                throw new FormatException($"Failed to parse voter ID as an integer from {idText}");
            if (HostAndPort.TryParse(addressText) is not { } address)
            {
                throw new FormatException(
                    $"Failed to parse host name from entry {entry} for the configuration controller.quorum.voters. {Form}");
            }
            if (address.Port > ushort.MaxValue)
                throw new FormatException($"port out of range:{address.Port}");
            voters[id] = new RaftVoter(id, default, [new RaftEndpoint(listenerName, address.Host, (ushort)address.Port)]);
        }
        return new VoterSet(voters.Values);
    }

    internal static VoterSet FromRecord(VotersRecord record) => new(record.Voters.Select(voter => new RaftVoter(
        voter.VoterId, voter.VoterDirectoryId, [.. voter.Endpoints.Select(e => new RaftEndpoint(e.Name, e.Host, e.Port))],
        voter.KRaftVersionFeature.MinSupportedVersion, voter.KRaftVersionFeature.MaxSupportedVersion)));

    internal VotersRecord ToRecord() => new()
    {
        Voters = [.. Voters.Select(voter => new VotersRecord.Voter
        {
            VoterId = voter.Id,
            VoterDirectoryId = voter.DirectoryId,
            Endpoints = [.. voter.Endpoints.Select(e => new VotersRecord.Endpoint { Name = e.Name, Host = e.Host, Port = e.Port })],
            KRaftVersionFeature = new() { MinSupportedVersion = voter.MinKRaftVersion, MaxSupportedVersion = voter.MaxKRaftVersion },
        })],
    };
}
