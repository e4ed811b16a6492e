using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// The current record of a <see cref="Reading.RecordReader"/>. Its spans are valid until the reader moves to the next record. If the key or
/// value of a legacy message is corrupt, their properties throw a <see cref="RecordsException"/>, as in Kafka.
/// </summary>
public ref struct Record
{
    private ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _value;
    private ReadOnlySpan<byte> _headers;
    private bool _hasKey;
    private bool _hasValue;
    private bool _isCorrupt;

    public long Offset { readonly get; internal set; }

    /// <summary>Milliseconds since the Unix epoch; -1 if there is no timestamp.</summary>
    public long Timestamp { readonly get; internal set; }

    /// <summary>The producer sequence; -1 if the batch has none.</summary>
    public int Sequence { readonly get; internal set; }

    public int SizeInBytes { readonly get; internal set; }

    public readonly bool HasKey => _isCorrupt ? throw Corrupt() : _hasKey;
    public readonly bool HasValue => _isCorrupt ? throw Corrupt() : _hasValue;

    /// <summary>Empty if the key is null; see <see cref="HasKey"/>.</summary>
    public readonly ReadOnlySpan<byte> Key => _isCorrupt ? throw Corrupt() : _key;

    /// <summary>Empty if the value is null; see <see cref="HasValue"/>.</summary>
    public readonly ReadOnlySpan<byte> Value => _isCorrupt ? throw Corrupt() : _value;

    public int HeaderCount { readonly get; private set; }

    public readonly RecordHeaders Headers => new(_headers, HeaderCount);

    internal void SetBody(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, bool hasValue)
    {
        _key = key;
        _hasKey = hasKey;
        _value = value;
        _hasValue = hasValue;
        _headers = default;
        HeaderCount = 0;
        _isCorrupt = false;
    }

    internal void SetHeaders(ReadOnlySpan<byte> headers, int count)
    {
        _headers = headers;
        HeaderCount = count;
    }

    internal void SetCorrupt() => _isCorrupt = true;

    [DoesNotReturn]
    private static RecordsException Corrupt() =>
        throw new RecordsException(ErrorCode.UnknownServerError, "The key or value of a legacy message exceeds the message");
}
