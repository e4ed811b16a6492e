using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// The handling of a frame, in two stages: when the first has finished (<see cref="Dispatched"/>) the connection's next frame may be
/// handled and the frame's memory is reused; the response may come later. Responses leave in the order of requests.
/// </summary>
public readonly struct FrameHandling
{
    private readonly Task? _dispatched;

    private FrameHandling(ValueTask<OutgoingFrame?> response, bool overlaps, Task? dispatched, string? closeReason)
    {
        Response = response;
        Overlaps = overlaps;
        _dispatched = dispatched;
        CloseReason = closeReason;
    }

    /// <summary>The response; null for none (Produce with acks=0). Awaited once, by the connection, which disposes the frame.</summary>
    public ValueTask<OutgoingFrame?> Response { get; }

    /// <summary>
    /// Completes when the first stage has finished. Its failure is ignored, because the response then fails too. Completed by default.
    /// </summary>
    public Task Dispatched => _dispatched ?? Task.CompletedTask;

    /// <summary>Whether the next frame may be handled before the response is ready, once the first stage has finished.</summary>
    public bool Overlaps { get; }

    /// <summary>Why the connection is to be closed, once earlier responses have left; null to go on.</summary>
    public string? CloseReason { get; }

    /// <summary>No response, next frame.</summary>
    public static FrameHandling None => default;

    public static FrameHandling Respond(OutgoingFrame response) => new(new ValueTask<OutgoingFrame?>(response), false, null, null);

    public static FrameHandling Respond(ValueTask<OutgoingFrame?> response, bool overlaps = false, Task? dispatched = null) =>
        new(response, overlaps, dispatched, null);

    /// <summary>Closes the connection without a response to this frame. The reason is logged once.</summary>
    public static FrameHandling Close(string reason) => new(default, false, null, reason);
}
