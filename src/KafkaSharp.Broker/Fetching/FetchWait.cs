using KafkaSharp.Broker.Waiting;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Waits until the partitions of a fetch have received as many bytes as it lacks, until one of them is woken, or until the deadline
/// (Kafka's
/// <c>DelayedFetch</c>). It counts from its construction, so that nothing between the read before the wait and the wait itself is missed.
/// Used once.
/// </summary>
/// <remarks>
/// Each partition calls back only after a share of the missing bytes has arrived at it. The shares add up to half of what is missing, so
/// the fetch can't have enough before one of them is reached; once half has arrived, the bytes that are then missing are divided again.
/// Appends to a partition therefore cost a waiting fetch nothing, and a wait looks at its partitions a logarithmic number of times.
/// </remarks>
internal sealed class FetchWait : WaitingRequest
{
    private readonly List<Place> _places;
    private long _missing;
    private long _missingAtDivision;
    private long _share;

    public FetchWait(TimerWheel timers, List<PartitionProgress> partitions) : base(timers)
    {
        _places = new List<Place>(partitions.Count);
        foreach (var progress in partitions)
            _places.Add(new Place(this, progress));
    }

    /// <summary>Completes when <paramref name="missingBytes"/> have arrived since the construction, a partition was woken, the timeout has
    /// passed, or the wait is cancelled.</summary>
    public async ValueTask WaitAsync(long missingBytes, TimeSpan timeout, CancellationToken cancellation = default)
    {
        _missing = missingBytes;
        bool isEnough;
        lock (_places)
            isEnough = !DivideMissing();
        if (isEnough)
            return;
        SetDeadline(timeout);
        using var registration = cancellation.UnsafeRegister(static wait => ((FetchWait)wait!).Complete(), this);
        await Completion;
        foreach (var place in _places)
            place.Leave();
    }

    private void OnDue(Place place)
    {
        var isEnough = place.IsWoken;
        lock (_places)
        {
            if (IsCompleted)
                return;
            _missing -= place.TakeArrived();
            if (!isEnough && _missing > _missingAtDivision / 2)
                place.WaitFor(_share);
            else if (!isEnough)
                isEnough = !DivideMissing();
        }
        if (isEnough)
            Complete();
    }

    /// <summary>Gives each partition its share; false where nothing is missing.</summary>
    private bool DivideMissing()
    {
        foreach (var place in _places)
            _missing -= place.TakeArrived();
        if (_missing <= 0)
            return false;
        _missingAtDivision = _missing;
        _share = _places.Count <= 1 ? _missing : Math.Max(1, _missing / (2 * _places.Count));
        foreach (var place in _places)
            place.WaitFor(_share);
        return true;
    }

    private sealed class Place : ProgressWaiter
    {
        private readonly FetchWait _wait;
        private readonly PartitionProgress _progress;
        private long _seen;

        public Place(FetchWait wait, PartitionProgress progress)
        {
            _wait = wait;
            _progress = progress;
            SeenWakes = progress.Wakes;
            _seen = progress.Position;
        }

        /// <summary>The bytes that have arrived since the last call.</summary>
        public long TakeArrived()
        {
            var position = _progress.Position;
            var arrived = position - _seen;
            _seen = position;
            return arrived;
        }

        public void WaitFor(long share) => _progress.Add(this, _seen + share);

        public void Leave() => _progress.Remove(this);

        protected internal override void OnDue() => _wait.OnDue(this);
    }
}
