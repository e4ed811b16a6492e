using KafkaSharp.Broker.Replication;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// One partition of a coordinator's topic: reads its log and appends to it, in the epoch of the shard only. Safe for use from any thread.
/// </summary>
/// <param name="partition">The partition.</param>
/// <param name="requiredAcks">
/// -1: an append is refused while the in-sync replicas are fewer than <c>min.insync.replicas</c>; 1: it is not.
/// </param>
internal sealed class CoordinatorPartition(Partition partition, short requiredAcks) : ICoordinatorPartition
{
    private Action<long>? _highWatermarkAdvanced;

    public long LogStartOffset => partition.Log.LogStartOffset;

    public long LogEndOffset => partition.Log.LogEndOffset;

    public long HighWatermark => partition.Log.HighWatermark;

    public int MaxBatchSize => partition.Log.Config.MaxMessageSize;

    public void Subscribe(Action<long> highWatermarkAdvanced)
    {
        _highWatermarkAdvanced = highWatermarkAdvanced;
        partition.HighWatermarkAdvanced += highWatermarkAdvanced;
    }

    public CoordinatorRead Read(long startOffset, int maxBytes)
    {
        var read = partition.Log.Read(startOffset, maxBytes, FetchIsolation.LogEnd, minOneMessage: true, copy: true);
        if (read.ErrorCode == ErrorCode.None)
            return new CoordinatorRead(read.Records, read.Lease);
        read.Dispose();
        throw new StateMachineException(
            ErrorCode.UnknownServerError, $"{partition.Id.TopicPartition} cannot be read at offset {startOffset}: {read.ErrorCode}");
    }

    public long Append(ReadOnlyMemory<byte> batch, int leaderEpoch, short transactionVersion, TransactionVerification? verification = null)
    {
        var guard = (verification as CoordinatorVerification)?.Guard;
        var info = partition.Append(batch, requiredAcks, AppendOrigin.Coordinator, leaderEpoch, guard, transactionVersion);
        return info.ErrorCode == ErrorCode.None
            ? info.LastOffset + 1
            : throw new StateMachineException(
                info.ErrorCode, info.ErrorMessage ?? $"{partition.Id.TopicPartition} refused an append: {info.ErrorCode}");
    }

    public void Dispose() => partition.HighWatermarkAdvanced -= _highWatermarkAdvanced;
}
