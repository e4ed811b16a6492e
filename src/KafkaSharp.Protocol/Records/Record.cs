using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// A record as <see cref="Reading.RecordReader"/> found it; its spans are valid until the reader moves on. Key and value of a legacy
/// message that are broken are a <see cref="RecordsException"/> when they are asked for, as in Kafka.
/// </summary>
public ref struct Record
{
    private ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _value;
    private ReadOnlySpan<byte> _headers;
    private bool _hasKey;
    private bool _hasValue;
    private bool _broken;

    public long Offset { readonly get; internal set; }

    /// <summary>Milliseconds since the epoch; -1 where there is none.</summary>
    public long Timestamp { readonly get; internal set; }

    /// <summary>-1 where the batch has no sequence.</summary>
    public int Sequence { readonly get; internal set; }

    public int SizeInBytes { readonly get; internal set; }

    public readonly bool HasKey => _broken ? throw Broken() : _hasKey;
    public readonly bool HasValue => _broken ? throw Broken() : _hasValue;

    /// <summary>Empty for a null key too: see <see cref="HasKey"/>.</summary>
    public readonly ReadOnlySpan<byte> Key => _broken ? throw Broken() : _key;

    /// <summary>Empty for a null value too: see <see cref="HasValue"/>.</summary>
    public readonly ReadOnlySpan<byte> Value => _broken ? throw Broken() : _value;

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
        _broken = false;
    }

    internal void SetHeaders(ReadOnlySpan<byte> headers, int count)
    {
        _headers = headers;
        HeaderCount = count;
    }

    internal void SetBroken() => _broken = true;

    [DoesNotReturn]
    private static RecordsException Broken() =>
        throw new RecordsException(ErrorCode.UnknownServerError, "A legacy message's key or value leads out of it");
}
