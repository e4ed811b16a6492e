using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// One fetch request's place in its session: which partitions to read, and what of the results the answer names. Sessionless,
/// the first request of a session, or an incremental one (Kafka's <c>FetchContext</c>).
/// </summary>
sealed class FetchContext
{
    private const short FirstWithTopicIds = 13;
    // The new leader is told only to those who know what to do with it (KIP-951).
    private const short FirstWithLeaders = 16;

    private readonly FetchSessionCache _cache;
    private readonly FetchSession? _session;
    private readonly bool _startsSession;
    private readonly bool _isFromFollower;
    private readonly bool _usesTopicIds;
    private readonly bool _tellsLeader;
    private readonly int _epoch;

    private FetchContext(
        FetchSessionCache cache, FetchPartitionState[] partitions, bool startsSession, bool isFromFollower, short version,
        FetchSession? session = null, int epoch = 0, ErrorCode error = ErrorCode.None)
    {
        _cache = cache;
        _session = session;
        _startsSession = startsSession;
        _isFromFollower = isFromFollower;
        _usesTopicIds = version >= FirstWithTopicIds;
        _tellsLeader = version >= FirstWithLeaders;
        _epoch = epoch;
        Partitions = partitions;
        ErrorCode = error;
    }

    /// <summary>What to read, in this order.</summary>
    public FetchPartitionState[] Partitions { get; }

    /// <summary>Why the request has no place in its session, or none; the answer then holds nothing else.</summary>
    public ErrorCode ErrorCode { get; }

    public static FetchContext Open(FetchSessionCache cache, FetchRequest request, short version)
    {
        var usesTopicIds = version >= FirstWithTopicIds;
        var isFromFollower = (version >= 15 ? request.ReplicaState.ReplicaId : request.ReplicaId) >= 0;
        if (request.SessionEpoch is FetchSession.InitialEpoch or FetchSession.FinalEpoch)
        {
            if (request.SessionId != FetchSession.NoSession)
                cache.Remove(request.SessionId);
            return new FetchContext(
                cache, Wanted(request, usesTopicIds), request.SessionEpoch == FetchSession.InitialEpoch, isFromFollower, version);
        }

        if (cache.Find(request.SessionId) is not { } session)
            return Refused(cache, ErrorCode.FetchSessionIdNotFound);
        lock (session.Gate)
        {
            if (session.Epoch != request.SessionEpoch)
                return Refused(cache, ErrorCode.InvalidFetchSessionEpoch);
            if (session.UsesTopicIds != usesTopicIds)
                return Refused(cache, ErrorCode.FetchSessionTopicIdError);
            foreach (var partition in Wanted(request, usesTopicIds))
                session.Add(partition);
            foreach (var topic in request.ForgottenTopicsData)
            {
                foreach (var partition in topic.Partitions)
                    session.Remove(Key(topic.TopicId, topic.Topic, partition, usesTopicIds));
            }
            if (session.Count == 0)
            {
                cache.Remove(session.Id);
                return new FetchContext(cache, [], false, isFromFollower, version);
            }
            session.Epoch = FetchSession.NextEpoch(session.Epoch);
            cache.Touch(session, session.Count);
            return new FetchContext(cache, session.ToArray(), false, isFromFollower, version, session, session.Epoch);
        }
    }

    /// <summary>The answer for what was read; <paramref name="results"/> lies parallel to <see cref="Partitions"/>.</summary>
    public FetchResponse Answer(FetchPartitionResult[] results)
    {
        if (ErrorCode != ErrorCode.None)
            return new FetchResponse { ErrorCode = ErrorCode };
        if (_session is not null)
            return AnswerIncrementally(_session, results);
        var response = new FetchResponse();
        for (var i = 0; i < results.Length; i++)
        {
            Partitions[i].TakeNews(results[i]);
            Append(response, Partitions[i], results[i]);
        }
        if (_startsSession)
            response.SessionId = _cache.TryCreate(_isFromFollower, _usesTopicIds, Partitions)?.Id ?? FetchSession.NoSession;
        return response;
    }

    private FetchResponse AnswerIncrementally(FetchSession session, FetchPartitionResult[] results)
    {
        lock (session.Gate)
        {
            if (session.Epoch != _epoch)
                return new FetchResponse { ErrorCode = ErrorCode.InvalidFetchSessionEpoch, SessionId = session.Id };
            var response = new FetchResponse { SessionId = session.Id };
            for (var i = 0; i < results.Length; i++)
            {
                if (!Partitions[i].TakeNews(results[i]))
                    continue;
                Append(response, Partitions[i], results[i]);
                if (!results[i].Records.IsEmpty)
                    session.MoveToEnd(Partitions[i]);
            }
            return response;
        }
    }

    private void Append(FetchResponse response, FetchPartitionState partition, in FetchPartitionResult result)
    {
        var last = response.Responses.Count > 0 ? response.Responses[^1] : null;
        var sameTopic = last is not null
            && (_usesTopicIds ? last.TopicId == partition.Key.TopicId : last.Topic == partition.Topic);
        if (!sameTopic)
        {
            last = new FetchResponse.FetchableTopicResponse { Topic = partition.Topic ?? "", TopicId = partition.Key.TopicId };
            response.Responses.Add(last);
        }
        last!.Partitions.Add(result.ToResponse(partition.Key.Partition, _tellsLeader));
    }

    private static FetchContext Refused(FetchSessionCache cache, ErrorCode error) => new(cache, [], false, false, 0, error: error);

    private static FetchPartitionKey Key(Uuid topicId, string name, int partition, bool usesTopicIds) =>
        usesTopicIds ? new FetchPartitionKey(topicId, null, partition) : new FetchPartitionKey(Uuid.Zero, name, partition);

    private static FetchPartitionState[] Wanted(FetchRequest request, bool usesTopicIds)
    {
        var count = 0;
        foreach (var topic in request.Topics)
            count += topic.Partitions.Count;
        var wanted = new FetchPartitionState[count];
        var next = 0;
        foreach (var topic in request.Topics)
        {
            foreach (var p in topic.Partitions)
            {
                wanted[next++] = new FetchPartitionState(Key(topic.TopicId, topic.Topic, p.Partition, usesTopicIds))
                {
                    MaxBytes = p.PartitionMaxBytes,
                    FetchOffset = p.FetchOffset,
                    CurrentLeaderEpoch = p.CurrentLeaderEpoch,
                    LastFetchedEpoch = p.LastFetchedEpoch,
                };
            }
        }
        return wanted;
    }
}
