using KafkaSharp.Broker.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Tests.Transactions;

/// <summary>The transaction coordinators as a test decides: what they were asked, and what they respond.</summary>
internal sealed class TestTransactionPartitions : ITransactionPartitions
{
    private readonly Queue<ErrorCode> _errors = new();

    public List<Question> Questions { get; } = [];

    /// <summary>Until it completes, a question that is asked while it is set waits.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>The errors of the next questions; afterwards there is none.</summary>
    public void Respond(params ErrorCode[] errors)
    {
        foreach (var error in errors)
            _errors.Enqueue(error);
    }

    public async ValueTask<IReadOnlyDictionary<TopicPartition, ErrorCode>> AddOrVerifyAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions,
        TransactionOperation operation)
    {
        // Before the question is seen: a test may then close the gate for the next ones.
        var gate = Gate;
        lock (Questions)
            Questions.Add(new Question(transactionalId, producerId, producerEpoch, [.. partitions], operation));
        if (gate is not null)
            await gate.Task;
        var errors = new Dictionary<TopicPartition, ErrorCode>();
        lock (_errors)
        {
            if (_errors.TryDequeue(out var error) && error != ErrorCode.None)
            {
                foreach (var partition in partitions)
                    errors.Add(partition, error);
            }
        }
        return errors;
    }

    internal sealed record Question(
        string TransactionalId, long ProducerId, short Epoch, TopicPartition[] Partitions, TransactionOperation Operation);
}
