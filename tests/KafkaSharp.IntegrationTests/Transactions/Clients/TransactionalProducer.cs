using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>
/// A transactional producer as clients are written, over the protocol alone. Its methods return false where the transaction can only be
/// aborted; when that fails, too, it is fenced or does not know its state: another instance must take its place. For one caller at a time.
/// </summary>
internal sealed class TransactionalProducer(
    string transactionalId, Dialect dialect, Retries retries, History history, int timeoutMs) : IDisposable
{
    private readonly Dictionary<TopicPartition, int> _sequences = [];
    private readonly HashSet<TopicPartition> _added = [];
    private bool _hasAddedOffsets;
    private bool _hasWritten;
    private bool _mayHaveLateRequests;
    private Attempt? _attempt;

    public long ProducerId { get; private set; } = -1;

    public short ProducerEpoch { get; private set; } = -1;

    /// <summary>Whether it cannot begin another transaction.</summary>
    public bool IsDead { get; private set; }

    /// <summary>A mutation: sends the request to commit with the opposite decision.</summary>
    public bool AbortsInsteadOfCommitting { get; set; }

    /// <summary>A mutation: sends each batch twice, with new sequence numbers.</summary>
    public bool RepeatsWithNewSequences { get; set; }

    /// <summary>InitProducerId: ends what an earlier instance has left and fences it.</summary>
    public async Task<bool> InitAsync()
    {
        var isBump = ProducerId >= 0;
        var result = await retries.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest
            {
                TransactionalId = transactionalId,
                TransactionTimeoutMs = timeoutMs,
                ProducerId = ProducerId,
                ProducerEpoch = ProducerEpoch,
            },
            4, response => response.ErrorCode, retriesLate: !isBump);
        IsDead = result.Error != ErrorCode.None;
        if (IsDead)
            return false;
        Continue(result.Response!.ProducerId, result.Response.ProducerEpoch);
        _mayHaveLateRequests = false;
        return true;
    }

    public void Begin()
    {
        _added.Clear();
        _hasAddedOffsets = _hasWritten = false;
        _attempt = history.Begin(transactionalId, ProducerId, ProducerEpoch);
    }

    /// <summary>Appends values to one list, in one batch.</summary>
    public async Task<bool> AppendAsync(TopicPartition list, params int?[] sources)
    {
        var appends = sources.Select(source => new Append(list, history.NewValue(), source)).ToList();
        _attempt!.Appends.AddRange(appends);
        return await WriteAsync(list, appends) && (!RepeatsWithNewSequences || await WriteAsync(list, appends));
    }

    /// <summary>Commits the offset of a group with the transaction.</summary>
    public async Task<bool> SendOffsetAsync(string group, TopicPartition partition, long offset)
    {
        if (dialect.AddsPartitions && !_hasAddedOffsets)
        {
            var added = await retries.SendAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
                new AddOffsetsToTxnRequest
                {
                    TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = ProducerEpoch, GroupId = group,
                },
                3, response => response.ErrorCode, retriesLate: false);
            if (!Check(added.Error))
                return false;
            _hasAddedOffsets = true;
        }
        _hasWritten = true;
        var result = await retries.SendAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
            new TxnOffsetCommitRequest
            {
                TransactionalId = transactionalId,
                ProducerId = ProducerId,
                ProducerEpoch = ProducerEpoch,
                GroupId = group,
                GenerationId = -1,
                MemberId = "",
                Topics =
                [
                    new()
                    {
                        Name = partition.Topic,
                        Partitions = [new() { PartitionIndex = partition.Partition, CommittedOffset = offset, CommittedMetadata = "" }],
                    },
                ],
            },
            dialect.TxnOffsetCommit, response => response.Topics[0].Partitions[0].ErrorCode, retriesLate: !dialect.AddsPartitions);
        return Check(result.Error);
    }

    public async Task<bool> CommitAsync()
    {
        var attempt = _attempt!;
        if (!_hasWritten)
            return true;
        // From here on it may be committed, whatever this client hears.
        attempt.Outcome = Outcome.Unknown;
        var result = await EndAsync(!AbortsInsteadOfCommitting);
        if (result.Error == ErrorCode.None)
            attempt.Outcome = Outcome.Committed;
        else if (!result.IsAmbiguous)
            attempt.Outcome = Outcome.Aborted;
        // After a commit whose end is unknown, nothing can be done but to begin anew.
        IsDead = result.Error != ErrorCode.None;
        return !IsDead;
    }

    public async Task AbortAsync()
    {
        if (IsDead)
            return;
        if (_hasWritten || _mayHaveLateRequests)
            IsDead = !MayContinueAfterAbort((await EndAsync(committed: false)).Error);
        // What may still arrive must not get into the next transaction: a new epoch fences it. Since KIP-890 each end gives one.
        if (!IsDead && _mayHaveLateRequests && dialect.AddsPartitions)
            await InitAsync();
        _mayHaveLateRequests = false;
    }

    public void Dispose() => retries.Dispose();

    private async Task<bool> WriteAsync(TopicPartition list, List<Append> appends)
    {
        if (dialect.AddsPartitions && !_added.Contains(list) && !await AddAsync(list))
            return false;
        _hasWritten = true;
        var sequence = _sequences.GetValueOrDefault(list);
        _sequences[list] = sequence + appends.Count;
        var result = await retries.SendAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                TransactionalId = transactionalId,
                Acks = -1,
                TimeoutMs = 30_000,
                TopicData =
                [
                    new()
                    {
                        Name = list.Topic,
                        PartitionData =
                        [
                            new()
                            {
                                Index = list.Partition,
                                Records = Records.Batch(ProducerId, ProducerEpoch, sequence, isTransactional: true, appends),
                            },
                        ],
                    },
                ],
            },
            dialect.Produce, response => response.Responses[0].PartitionResponses[0].ErrorCode, retriesLate: !dialect.AddsPartitions);
        return Check(result.Error);
    }

    private async Task<bool> AddAsync(TopicPartition list)
    {
        _hasWritten = true;
        var result = await retries.SendAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest
            {
                V3AndBelowTransactionalId = transactionalId,
                V3AndBelowProducerId = ProducerId,
                V3AndBelowProducerEpoch = ProducerEpoch,
                V3AndBelowTopics = [new() { Name = list.Topic, Partitions = [list.Partition] }],
            },
            3, response => response.ResultsByTopicV3AndBelow[0].ResultsByPartition[0].PartitionErrorCode, retriesLate: false);
        if (!Check(result.Error))
            return false;
        return _added.Add(list);
    }

    private async Task<Result<EndTxnResponse>> EndAsync(bool committed)
    {
        var result = await retries.SendAsync<EndTxnRequest, EndTxnResponse>(
            new EndTxnRequest
            {
                TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = ProducerEpoch, Committed = committed,
            },
            dialect.EndTxn, response => response.ErrorCode, retriesLate: !dialect.AddsPartitions);
        if (result is { Error: ErrorCode.None, Response: { } response } && !dialect.AddsPartitions)
            Continue(response.ProducerId, response.ProducerEpoch);
        return result;
    }

    /// <summary>Without a transaction there is nothing to abort; but a client of KIP-890 needs the new epoch.</summary>
    private bool MayContinueAfterAbort(ErrorCode error) =>
        error == ErrorCode.None || (error == ErrorCode.InvalidTxnState && dialect.AddsPartitions);

    /// <summary>Continues with the epoch that the coordinator has given; sequence numbers begin anew with each.</summary>
    private void Continue(long producerId, short producerEpoch)
    {
        if ((producerId, producerEpoch) == (ProducerId, ProducerEpoch))
            return;
        (ProducerId, ProducerEpoch) = (producerId, producerEpoch);
        _sequences.Clear();
    }

    private bool Check(ErrorCode error)
    {
        _mayHaveLateRequests |= error == ErrorCode.NetworkException;
        IsDead |= error is ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerIdMapping
            or ErrorCode.TransactionalIdNotFound;
        return error == ErrorCode.None;
    }
}
