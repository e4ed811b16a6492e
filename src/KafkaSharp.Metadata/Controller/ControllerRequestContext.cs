namespace KafkaSharp.Metadata.Controller;

/// <summary>For whom a controller request is done and until when.</summary>
/// <param name="Principal">Who asked, as <c>User:name</c>.</param>
/// <param name="Timeout">After this the answer is REQUEST_TIMED_OUT, though the change may still happen; null waits without end.</param>
public sealed record ControllerRequestContext(string Principal, TimeSpan? Timeout = null)
{
    /// <summary>The node itself, without a deadline.</summary>
    public static ControllerRequestContext Internal { get; } = new("User:ANONYMOUS");
}
