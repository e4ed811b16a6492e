using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// Reads the entries of a transaction index in their order, as many at a time as a window holds. An incomplete last one is left out.
/// </summary>
internal ref struct AbortedTransactionReader(IStorageFile file, long position, Span<byte> window)
{
    private readonly Span<byte> _window = window;
    private ReadOnlySpan<byte> _rest;

    public bool TryRead(out AbortedTransaction entry)
    {
        if (_rest.IsEmpty)
        {
            var read = file.Read(position, _window);
            _rest = _window[..(read - read % AbortedTransaction.Size)];
            position += _rest.Length;
        }
        if (_rest.IsEmpty)
        {
            entry = default;
            return false;
        }
        entry = AbortedTransaction.Read(_rest);
        _rest = _rest[AbortedTransaction.Size..];
        return true;
    }
}
