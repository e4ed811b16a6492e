using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>Records markers in place of partitions; a test may make partitions refuse them, or hold the responses.</summary>
internal sealed class RecordingMarkers : ITransactionMarkerSender
{
    private readonly List<TaskCompletionSource> _held = [];
    private bool _holds;

    /// <summary>What was sent, in order.</summary>
    public List<(TransactionMarker Marker, TopicPartition[] Partitions)> Sent { get; } = [];

    /// <summary>The error of each partition; the others accept.</summary>
    public Dictionary<TopicPartition, ErrorCode> Errors { get; } = [];

    /// <summary>Thrown by the next call.</summary>
    public Exception? Failure { get; set; }

    public void Hold() => _holds = true;

    /// <summary>Gives the responses that are held, in the order of the requests.</summary>
    public void Release()
    {
        _holds = false;
        foreach (var held in _held)
            held.SetResult();
        _held.Clear();
    }

    public async Task<IReadOnlyList<ErrorCode>> SendAsync(TransactionMarker marker, IReadOnlyList<TopicPartition> partitions)
    {
        Sent.Add((marker, [.. partitions]));
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }
        if (_holds)
        {
            var held = new TaskCompletionSource();
            _held.Add(held);
            await held.Task;
        }
        return partitions.Select(partition => Errors.GetValueOrDefault(partition, ErrorCode.None)).ToArray();
    }
}
