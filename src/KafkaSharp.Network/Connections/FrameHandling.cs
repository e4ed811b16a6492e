using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Connections;

/// <summary>What became of a frame: its answer, now or later, whether the next frame may be read before that, or that the connection ends here.</summary>
public readonly struct FrameHandling
{
    private FrameHandling(ValueTask<OutgoingFrame?> answer, bool overlaps, string? closeReason)
    {
        Answer = answer;
        Overlaps = overlaps;
        CloseReason = closeReason;
    }

    /// <summary>The answer; null for none (Produce with acks=0). Awaited once, by the connection, which disposes the frame.</summary>
    public ValueTask<OutgoingFrame?> Answer { get; }

    /// <summary>Whether the next frame may be handled before the answer is ready. Answers leave in the order of requests all the same.</summary>
    public bool Overlaps { get; }

    /// <summary>Why the connection is to be closed, once earlier answers have left; null to go on.</summary>
    public string? CloseReason { get; }

    /// <summary>No answer, next frame.</summary>
    public static FrameHandling None => default;

    public static FrameHandling Answered(OutgoingFrame answer) => new(new ValueTask<OutgoingFrame?>(answer), false, null);

    public static FrameHandling Answering(ValueTask<OutgoingFrame?> answer, bool overlaps = false) => new(answer, overlaps, null);

    /// <summary>Close, without an answer to this frame. The reason goes into one log line.</summary>
    public static FrameHandling Close(string reason) => new(default, false, reason);
}
