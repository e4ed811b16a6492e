using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// One fetch request's place in its session: which partitions to read, and which of the results the response includes. Sessionless, the
/// first request of a session, or an incremental one (Kafka's <c>FetchContext</c>).
/// </summary>
internal sealed class FetchContext
{
    private const short FirstWithTopicIds = 13;
    // Older clients do not know the field of the new leader (KIP-951).
    private const short FirstWithLeaders = 16;
    private const int PartitionsOfTurn = 256;

    private readonly FetchSessionCache _cache;
    private readonly FetchSession? _session;
    private readonly bool _startsSession;
    private readonly bool _isFromFollower;
    private readonly bool _usesTopicIds;
    private readonly bool _includesLeader;
    private readonly int _epoch;

    private FetchContext(
        FetchSessionCache cache, FetchPartitions partitions, bool startsSession, bool isFromFollower, short version,
        FetchSession? session = null, int epoch = 0, ErrorCode error = ErrorCode.None)
    {
        _cache = cache;
        _session = session;
        _startsSession = startsSession;
        _isFromFollower = isFromFollower;
        _usesTopicIds = version >= FirstWithTopicIds;
        _includesLeader = version >= FirstWithLeaders;
        _epoch = epoch;
        Partitions = partitions;
        ErrorCode = error;
    }

    /// <summary>What to read.</summary>
    public FetchPartitions Partitions { get; }

    /// <summary>Why the session does not accept the request, or none; the response then holds nothing else.</summary>
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
                cache, WantedPartitions.Merge(request, usesTopicIds), request.SessionEpoch == FetchSession.InitialEpoch, isFromFollower,
                version);
        }

        if (cache.Find(request.SessionId) is not { } session)
            return Refused(cache, ErrorCode.FetchSessionIdNotFound);
        lock (session.Gate)
        {
            if (session.Epoch != request.SessionEpoch)
                return Refused(cache, ErrorCode.InvalidFetchSessionEpoch);
            if (session.UsesTopicIds != usesTopicIds)
                return Refused(cache, ErrorCode.FetchSessionTopicIdError);
            WantedPartitions.Update(session, request, usesTopicIds);
            if (session.Count == 0)
            {
                // As in Kafka, the request is read without a session: it may name partitions that it forgets at once.
                cache.Remove(session.Id);
                return new FetchContext(cache, WantedPartitions.Merge(request, usesTopicIds), false, isFromFollower, version);
            }
            session.Epoch = FetchSession.NextEpoch(session.Epoch);
            cache.Touch(session, session.Count, session.Bytes);
            return new FetchContext(cache, new FetchPartitions(session.ToArray()), false, isFromFollower, version, session, session.Epoch);
        }
    }

    /// <summary>The response with what was read; <paramref name="results"/> is parallel to <see cref="Partitions"/>.</summary>
    /// <param name="results">The results.</param>
    /// <param name="checkIn">Called every few hundred partitions: lets others run where this request is on a lane.</param>
    public FetchResponse Respond(FetchPartitionResult[] results, Action? checkIn = null)
    {
        if (ErrorCode != ErrorCode.None)
            return new FetchResponse { ErrorCode = ErrorCode };
        if (_session is not null)
            return RespondIncrementally(_session, results, checkIn);
        var response = new FetchResponse();
        for (var i = 0; i < results.Length; i++)
            Partitions[i].UpdateFrom(results[i]);
        Append(response, results, isIncluded: null, checkIn);
        if (_startsSession)
            response.SessionId = _cache.TryCreate(_isFromFollower, _usesTopicIds, InOrderOfResponse(results))?.Id
                ?? FetchSession.NoSession;
        return response;
    }

    private FetchResponse RespondIncrementally(FetchSession session, FetchPartitionResult[] results, Action? checkIn)
    {
        var response = new FetchResponse { SessionId = session.Id };
        var isIncluded = new bool[results.Length];
        lock (session.Gate)
        {
            if (session.Epoch != _epoch)
                return new FetchResponse { ErrorCode = ErrorCode.InvalidFetchSessionEpoch, SessionId = session.Id };
            // Another request has emptied the session meanwhile. As in Kafka its epoch is the same, and the client follows nothing here.
            if (session.Count == 0)
                return response;
            for (var i = 0; i < results.Length; i++)
            {
                isIncluded[i] = Partitions[i].UpdateFrom(results[i]);
                if (!results[i].Records.IsEmpty)
                    session.MoveToEnd(Partitions.OfSession(i));
            }
        }
        Append(response, results, isIncluded, checkIn);
        return response;
    }

    // As in Kafka, partitions that the metadata does not know come last: for a follower in their order, for others unknown ids before
    // unknown partitions, since only names can be authorized.
    private int RankOf(in FetchPartitionResult result)
    {
        if (!result.IsUnknown)
            return 0;
        return _isFromFollower || result.ErrorCode == ErrorCode.UnknownTopicId ? 1 : 2;
    }

    private void Append(FetchResponse response, FetchPartitionResult[] results, bool[]? isIncluded, Action? checkIn)
    {
        for (int rank = 0, highest = 0; rank <= highest; rank++)
        {
            for (var i = 0; i < results.Length; i++)
            {
                if (i % PartitionsOfTurn == PartitionsOfTurn - 1)
                    checkIn?.Invoke();
                if (isIncluded?[i] == false)
                    continue;
                var ranked = RankOf(results[i]);
                highest = Math.Max(highest, ranked);
                if (ranked == rank)
                    Append(response, Partitions[i], results[i]);
            }
        }
    }

    // As in Kafka, a session begins in the order of its first response.
    private FetchPartitions InOrderOfResponse(FetchPartitionResult[] results)
    {
        var isInOrder = true;
        for (var i = 1; i < results.Length; i++)
            isInOrder &= RankOf(results[i - 1]) <= RankOf(results[i]);
        if (isInOrder)
            return Partitions;
        var ordered = new FetchPartitionState[results.Length];
        var count = 0;
        for (var rank = 0; count < ordered.Length; rank++)
        {
            for (var i = 0; i < results.Length; i++)
            {
                if (RankOf(results[i]) == rank)
                    ordered[count++] = Partitions[i];
            }
        }
        return new FetchPartitions(ordered, count);
    }

    private void Append(FetchResponse response, in FetchPartitionState partition, in FetchPartitionResult result)
    {
        var last = response.Responses.Count > 0 ? response.Responses[^1] : null;
        var isSameTopic = last is not null
            && (_usesTopicIds ? last.TopicId == partition.Key.TopicId : last.Topic == partition.Topic);
        if (!isSameTopic)
        {
            last = new FetchResponse.FetchableTopicResponse { Topic = partition.Topic ?? "", TopicId = partition.Key.TopicId };
            response.Responses.Add(last);
        }
        last!.Partitions.Add(result.ToResponse(partition.Key.Partition, _includesLeader));
    }

    private static FetchContext Refused(FetchSessionCache cache, ErrorCode error) =>
        new(cache, FetchPartitions.None, false, false, 0, error: error);
}
