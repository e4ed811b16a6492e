namespace KafkaSharp.Testing.Waiting;

/// <summary>The end of a wait of a test, by the system's clock: that of the broker may stand still. Immutable.</summary>
internal readonly struct Deadline(TimeSpan? timeout)
{
    private static readonly TimeSpan s_default = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly long _started = TimeProvider.System.GetTimestamp();

    /// <summary>How long the wait may take.</summary>
    public TimeSpan Allowed { get; } = timeout ?? s_default;

    public bool IsOver => Left <= TimeSpan.Zero;

    private TimeSpan Left => Allowed - TimeProvider.System.GetElapsedTime(_started);

    /// <summary>The time between two looks at a state that does not notify.</summary>
    public static Task PauseAsync(CancellationToken cancellation) => Task.Delay(s_pause, TimeProvider.System, cancellation);

    /// <summary>Waits for a notification; false when there is none before the end.</summary>
    public async Task<bool> WaitForAsync(Task notification, CancellationToken cancellation)
    {
        try
        {
            await notification.WaitAsync(IsOver ? TimeSpan.Zero : Left, TimeProvider.System, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>As in "after 10 s".</summary>
    public override string ToString() => $"{Allowed.TotalSeconds:0.#} s";
}
