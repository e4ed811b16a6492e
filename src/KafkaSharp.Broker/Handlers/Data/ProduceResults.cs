using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>The results of single partitions in a produce response.</summary>
internal static class ProduceResults
{
    /// <summary>
    /// The most refused records that one response lists. Kafka lists all of them, which can be hundreds of megabytes for a few kilobytes of
    /// records. Clients treat a record that is not listed as refused because of the others.
    /// </summary>
    public const int MaxRecordErrors = 10_000;

    private const short FirstWithRecordErrors = 8;

    /// <param name="index">The partition.</param>
    /// <param name="info">The append.</param>
    /// <param name="version">The request's version.</param>
    /// <param name="listed">How many refused records the response lists so far.</param>
    public static ProduceResponse.PartitionProduceResponse Of(int index, in LogAppendInfo info, short version, ref int listed)
    {
        var result = new ProduceResponse.PartitionProduceResponse
        {
            Index = index,
            ErrorCode = info.ErrorCode,
            BaseOffset = info.ErrorCode == ErrorCode.None ? info.FirstOffset : -1,
            LogAppendTimeMs = info.ErrorCode == ErrorCode.None ? info.LogAppendTime : -1,
            LogStartOffset = HasLogStart(info.ErrorCode) ? info.LogStartOffset : -1,
        };
        // As in Kafka, only errors of single records come with a message.
        if (info.RecordErrors.Count > 0 && version >= FirstWithRecordErrors)
        {
            result.ErrorMessage = info.ErrorMessage;
            for (var i = 0; i < info.RecordErrors.Count && listed < MaxRecordErrors; i++, listed++)
            {
                result.RecordErrors.Add(new ProduceResponse.BatchIndexAndErrorMessage
                {
                    BatchIndex = info.RecordErrors[i].BatchIndex,
                    BatchIndexErrorMessage = info.RecordErrors[i].Message,
                });
            }
        }
        return result;
    }

    /// <summary>Sets the errors of appends that were written and then not acknowledged.</summary>
    public static void Fail(List<ProduceResponse.PartitionProduceResponse> results, ErrorCode[] errors)
    {
        for (var i = 0; i < errors.Length; i++)
        {
            if (errors[i] == ErrorCode.None)
                continue;
            results[i].ErrorCode = errors[i];
            results[i].BaseOffset = -1;
            // As in Kafka, where the append itself has failed then.
            if (errors[i] == ErrorCode.KafkaStorageError)
                (results[i].LogAppendTimeMs, results[i].LogStartOffset) = (-1, -1);
        }
    }

    // Kafka gives it with errors in the records' contents, not with those that are found before or elsewhere.
    private static bool HasLogStart(ErrorCode error) => error is not (ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge
        or ErrorCode.CorruptMessage or ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError);
}
