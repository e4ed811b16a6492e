using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// The two files that the formatting of a directory writes: <c>bootstrap.checkpoint</c>, with the first records of a new metadata log, and,
/// for a quorum with its voters in the log, the snapshot <c>0-0</c> with the first voters (KIP-853). Failures are IOExceptions.
/// </summary>
public static class BootstrapSnapshot
{
    public const string FileName = "bootstrap.checkpoint";

    private static readonly OffsetAndEpoch Beginning = new(0, 0);

    public static void Write<TRecord>(ISnapshotFile file, IRecordSerde<TRecord> serde, TimeProvider time, IEnumerable<TRecord> records) =>
        Write(file, serde, time, lastContainedLogTimestamp: 0, [], records);

    public static void WriteVoters<TRecord>(ISnapshotStore store, IRecordSerde<TRecord> serde, TimeProvider time, VoterSet voters) => Write(
        store.Create(Beginning), serde, time, time.GetUtcNow().ToUnixTimeMilliseconds(),
        [
            new RaftControlRecord(ControlRecordType.KRaftVersion, new KRaftVersionRecord { KRaftVersion = RaftVoter.LatestKRaftVersion }),
            new RaftControlRecord(ControlRecordType.KRaftVoters, voters.ToRecord()),
        ],
        []);

    /// <exception cref="InvalidDataException">The file is corrupt.</exception>
    public static IReadOnlyList<TRecord> Read<TRecord>(Stream file, IRecordSerde<TRecord> serde)
    {
        using var reader = new SnapshotReader<TRecord>(
            Beginning, FileName, file, new BatchDecoder<TRecord>(serde), RaftConfigs.MaxBatchSizeInBytes.Default);
        return [.. reader.ReadBatches().SelectMany(batch => batch.Records)];
    }

    private static void Write<TRecord>(
        ISnapshotFile file, IRecordSerde<TRecord> serde, TimeProvider time, long lastContainedLogTimestamp,
        IEnumerable<RaftControlRecord> quorum, IEnumerable<TRecord> records)
    {
        using var writer = new SnapshotWriter<TRecord>(
            Beginning, file, serde, time, RaftConfigs.MaxBatchSizeInBytes.Default, lastContainedLogTimestamp, quorum, (_, _) => { });
        writer.Append(records);
        writer.Freeze();
    }
}
