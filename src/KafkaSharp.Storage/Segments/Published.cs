namespace KafkaSharp.Storage.Segments;

/// <summary>
/// A value of several words that one writer at a time sets (under the log's lock) and any thread reads consistently, without a lock or an
/// allocation (a sequence lock: a reader that overlaps a writer retries).
/// </summary>
internal struct Published<T>(T value)
    where T : unmanaged
{
    private T _value = value;
    private int _version;

    public T Value
    {
        readonly get
        {
            var spin = new SpinWait();
            while (true)
            {
                var before = Volatile.Read(in _version);
                var value = _value;
                Interlocked.MemoryBarrier();
                if ((before & 1) == 0 && _version == before)
                    return value;
                spin.SpinOnce();
            }
        }
        set
        {
            Interlocked.Increment(ref _version);
            _value = value;
            Interlocked.Increment(ref _version);
        }
    }
}
