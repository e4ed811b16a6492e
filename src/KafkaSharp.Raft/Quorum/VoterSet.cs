using System.Globalization;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// Who votes: from <c>controller.quorum.voters</c> (kraft.version 0) or from the log's last VotersRecord (kraft.version 1). Immutable.
/// </summary>
public sealed class VoterSet(IEnumerable<RaftVoter> voters)
{
    public static VoterSet Empty { get; } = new([]);

    /// <summary>The voters in the order of their ids.</summary>
    public IReadOnlyList<RaftVoter> Voters { get; } = [.. voters.OrderBy(voter => voter.Id)];

    public int Count => Voters.Count;

    /// <summary>How many of them decide.</summary>
    public int Majority => Count / 2 + 1;

    public RaftVoter? Find(int id) => Voters.FirstOrDefault(voter => voter.Id == id);

    /// <summary>
    /// The set with a voter's endpoints and supported versions as it states them now; this very set where nothing differs or it is no
    /// voter.
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

    /// <summary>Reads <c>controller.quorum.voters</c>: <c>id@host:port</c> each.</summary>
    /// <param name="entries">The list's entries.</param>
    /// <param name="listenerName">The name the endpoints get: the first of <c>controller.listener.names</c>.</param>
    /// <exception cref="FormatException">An entry is not of that form or an id comes twice.</exception>
    public static VoterSet Parse(IEnumerable<string> entries, string listenerName)
    {
        var voters = new List<RaftVoter>();
        foreach (var entry in entries)
        {
            var at = entry.IndexOf('@', StringComparison.Ordinal);
            var colon = entry.LastIndexOf(':');
            if (at <= 0 || colon <= at + 1
                || !int.TryParse(entry.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || !ushort.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                throw new FormatException($"'{entry}' is not a voter of the form id@host:port");
            if (voters.Exists(voter => voter.Id == id))
                throw new FormatException($"voter id {id} appears twice");
            voters.Add(new RaftVoter(id, default, [new RaftEndpoint(listenerName, entry[(at + 1)..colon].Trim('[', ']'), port)]));
        }
        return new VoterSet(voters);
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
