namespace KafkaSharp.Storage.FileSystem;

/// <summary>Keeps a mapping while its bytes are used. A second dispose has no effect.</summary>
internal sealed class MappedLease(MappedMemoryManager mapping) : IDisposable
{
    private MappedMemoryManager? _mapping = mapping;

    public void Dispose() => Interlocked.Exchange(ref _mapping, null)?.Release();
}
