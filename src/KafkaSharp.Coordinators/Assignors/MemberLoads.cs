namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// The subscribers of one topic, sorted by how many partitions they have of all topics. Gives in constant time the next member to receive a
/// partition, from the growing range of the least loaded ones, and the next to give one up, from the growing range of the most loaded ones;
/// members with the same load take turns (Kafka's <c>MemberAssignmentBalancer</c>). Used by one thread.
/// </summary>
/// <param name="loads">The number of partitions of each member, which the caller changes.</param>
internal sealed class MemberLoads(int[] loads)
{
    private int[] _sorted = [];
    private int _leastEnd;
    private int _leastLoad;
    private int _nextLeast;
    private int _mostStart;
    private int _mostEnd;
    private int _mostLoad;
    private int _nextMost;

    /// <summary>Whether the loads of both ranges differ by no more than one.</summary>
    public bool IsBalanced => _mostLoad - _leastLoad <= 1;

    /// <summary>Starts with the subscribers of a topic; returns by how much their loads differ.</summary>
    public int Start(IReadOnlyList<int> subscribers)
    {
        // Numbers are sorted much faster than by a comparison of two members: the load is the high half, the member the low one.
        var keys = new long[subscribers.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((long)loads[subscribers[i]] << 32) | (uint)subscribers[i];
        Array.Sort(keys);
        _sorted = Array.ConvertAll(keys, key => (int)key);
        var (least, most) = (loads[_sorted[0]], loads[_sorted[^1]]);
        (_leastEnd, _leastLoad, _nextLeast) = (0, least - 1, 0);
        (_mostStart, _mostEnd, _mostLoad, _nextMost) = (_sorted.Length, _sorted.Length, most + 1, _sorted.Length - 1);
        return most - least;
    }

    /// <summary>The member that receives the next partition.</summary>
    public int NextLeast()
    {
        if (_nextLeast >= _leastEnd)
        {
            // Every member of the range has received one: those with the new load join it.
            _leastLoad++;
            while (_leastEnd < _sorted.Length && loads[_sorted[_leastEnd]] == _leastLoad)
                _leastEnd++;
            _nextLeast = 0;
        }
        return _sorted[_nextLeast++];
    }

    /// <summary>The member that gives up a partition next; null when none is left that could.</summary>
    public int? NextMost()
    {
        if (_nextMost < _mostStart)
        {
            // An empty range, all of whose members were excluded, continues with the load of the next member.
            if (_mostEnd <= _mostStart && _mostStart > 0)
                _mostLoad = loads[_sorted[_mostStart - 1]];
            else
                _mostLoad--;
            while (_mostStart > 0 && loads[_sorted[_mostStart - 1]] == _mostLoad)
                _mostStart--;
            _nextMost = _mostEnd - 1;
        }
        return _nextMost < 0 ? null : _sorted[_nextMost--];
    }

    /// <summary>The member that <see cref="NextMost"/> returned last has no partition of the topic to give up.</summary>
    public void ExcludeMost()
    {
        _mostEnd--;
        (_sorted[_nextMost + 1], _sorted[_mostEnd]) = (_sorted[_mostEnd], _sorted[_nextMost + 1]);
    }
}
