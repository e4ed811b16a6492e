namespace KafkaSharp.Storage.Scheduling;

/// <summary>What a timer of .NET can do.</summary>
internal static class TimerLimits
{
    /// <summary>The longest wait of a timer, in milliseconds: 49.7 days.</summary>
    public const uint LongestMs = uint.MaxValue - 1;
}
