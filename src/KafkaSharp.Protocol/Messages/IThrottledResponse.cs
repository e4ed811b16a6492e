namespace KafkaSharp.Protocol.Messages;

/// <summary>A response that can say how long its client must wait. Every generated response with the field implements it.</summary>
public interface IThrottledResponse
{
    /// <summary>Milliseconds; ignored in versions without the field.</summary>
    int ThrottleTimeMs { get; set; }
}
