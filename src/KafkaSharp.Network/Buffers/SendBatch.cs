using System.Runtime.InteropServices;

namespace KafkaSharp.Network.Buffers;

/// <summary>
/// Frames that are sent together, and how much of them is still to be sent. A transport takes from the front with <see cref="Advance"/>.
/// Used by one sender at a time; not thread-safe.
/// </summary>
/// <param name="advanced">Called whenever some bytes have been sent.</param>
public sealed class SendBatch(Action? advanced = null)
{
    private readonly List<OutgoingFrame> _frames = [];
    private readonly List<ReadOnlyMemory<byte>> _segments = [];
    private int _first;

    /// <summary>Bytes still to be sent.</summary>
    public long Bytes { get; private set; }

    public int Frames => _frames.Count;

    public bool IsEmpty => Bytes == 0;

    /// <summary>Whether the connection is closed after one of the frames.</summary>
    public bool ClosesConnection { get; private set; }

    /// <summary>The longest mute time of the frames.</summary>
    public TimeSpan Mute { get; private set; }

    /// <summary>Whether nothing may be read, for a time or for good, once these frames have been sent.</summary>
    public bool EndsReading => ClosesConnection || Mute > TimeSpan.Zero;

    /// <summary>What is still to be sent, in order.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Segments => CollectionsMarshal.AsSpan(_segments)[_first..];

    public void Add(OutgoingFrame frame)
    {
        frame.Complete();
        _frames.Add(frame);
        foreach (var segment in frame.SegmentList)
        {
            _segments.Add(segment);
            Bytes += segment.Length;
        }
        ClosesConnection |= frame.ClosesConnection;
        if (frame.Mute > Mute)
            Mute = frame.Mute;
    }

    /// <summary>Takes <paramref name="count"/> bytes that have been sent off the front.</summary>
    public void Advance(long count)
    {
        Bytes -= count;
        advanced?.Invoke();
        var segments = CollectionsMarshal.AsSpan(_segments);
        while (count > 0)
        {
            ref var segment = ref segments[_first];
            if (count < segment.Length)
            {
                segment = segment[(int)count..];
                return;
            }
            count -= segment.Length;
            _first++;
        }
    }

    /// <summary>Disposes the frames, sent or not, and is empty.</summary>
    public void Clear()
    {
        foreach (var frame in _frames)
            frame.Dispose();
        _frames.Clear();
        _segments.Clear();
        _first = 0;
        Bytes = 0;
        Mute = TimeSpan.Zero;
    }
}
