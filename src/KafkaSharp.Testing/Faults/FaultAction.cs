using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Faults;

/// <summary>What a <see cref="Fault"/> does to a request. Immutable.</summary>
public abstract record FaultAction
{
    private protected FaultAction()
    {
    }

    /// <summary>Whether the request waits because of it, and is then handled as otherwise.</summary>
    internal virtual bool IsWait => false;

    internal virtual FaultSubject Subject => FaultSubject.Request;

    /// <summary>Responds with an error instead of doing what was requested: nothing is written.</summary>
    public static FaultAction Respond(ErrorCode error) => new ErrorInstead(error);

    /// <summary>Does what was requested, and responds with an error all the same: the records are written.</summary>
    public static FaultAction RespondAfter(ErrorCode error) => new ErrorAfter(error);

    /// <summary>Handles the request later, by the clock of the broker. The connection's later requests wait too.</summary>
    public static FaultAction Delay(TimeSpan time) => new Wait(time);

    /// <summary>Handles the request when the test calls <see cref="ActiveFault.Release"/> or removes the fault.</summary>
    public static FaultAction Hold() => new WaitForRelease();

    /// <summary>Never responds, and handles no later request of the connection, until the fault is removed; then it closes it.</summary>
    public static FaultAction Hang() => new NoResponse();

    /// <summary>Closes the connection instead of doing what was requested.</summary>
    public static FaultAction DropBefore() => new CloseInstead();

    /// <summary>
    /// Does what was requested, and closes the connection instead of responding: the client does not know that it was done.
    /// </summary>
    public static FaultAction DropAfter() => new CloseAfter();

    /// <summary>Handles the request and throttles the client: the response says so, and the connection is muted (KIP-219).</summary>
    public static FaultAction Throttle(TimeSpan time) => new ThrottleClient(time);

    /// <summary>Flips a bit in the first batch of each partition of a Fetch response; other requests are handled as otherwise.</summary>
    public static FaultAction CorruptRecords() => new FlipBit();

    /// <summary>Does what was requested, sends only the first bytes of the response, and closes the connection.</summary>
    public static FaultAction TearResponse(int bytes) => new Tear(bytes);

    /// <summary>
    /// The coordinator of groups has moved away: requests that name a group get NOT_COORDINATOR, and looking it up
    /// COORDINATOR_NOT_AVAILABLE, until the fault is removed.
    /// </summary>
    public static FaultAction MoveCoordinator() => new CoordinatorElsewhere();

    /// <summary>Closes new connections at once. Existing ones stay.</summary>
    public static FaultAction RefuseConnections() => new CloseAccepted();

    /// <summary>Sends responses in pieces, with a pause after each by the clock of the broker.</summary>
    /// <param name="pause">The time after each piece.</param>
    /// <param name="bytes">The size of the pieces.</param>
    public static FaultAction SlowResponses(TimeSpan pause, int bytes = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return new Drip(pause, bytes);
    }

    /// <summary>The disk is full: nothing can be written.</summary>
    public static FaultAction FillDisk() => new NoSpace();

    /// <summary>An operation on a file fails with an I/O error.</summary>
    public static FaultAction FailDisk(FileOperation operation) => new FailOperation(operation);

    /// <summary>
    /// A flush of a file succeeds without an effect, as on a disk that lies: what was written is lost with
    /// <see cref="KafkaTestBroker.CrashAsync"/>.
    /// </summary>
    public static FaultAction LoseFlushes() => new LostFlush();

    /// <summary>Whether a request is one for which the action has a meaning.</summary>
    internal virtual bool Fits(RecordedRequest request) => true;

    internal sealed record ErrorInstead(ErrorCode Error) : FaultAction;

    internal sealed record ErrorAfter(ErrorCode Error) : FaultAction;

    internal sealed record Wait(TimeSpan Time) : FaultAction
    {
        internal override bool IsWait => true;
    }

    internal sealed record WaitForRelease : FaultAction
    {
        internal override bool IsWait => true;
    }

    internal sealed record NoResponse : FaultAction;

    internal sealed record CloseInstead : FaultAction;

    internal sealed record CloseAfter : FaultAction;

    internal sealed record ThrottleClient(TimeSpan Time) : FaultAction;

    internal sealed record FlipBit : FaultAction;

    internal sealed record Tear(int Bytes) : FaultAction;

    internal sealed record CoordinatorElsewhere : FaultAction
    {
        // The group of AddOffsetsToTxn is not what its coordinator coordinates.
        internal override bool Fits(RecordedRequest request) => request.Groups.Count > 0 && request.Api != ApiKey.AddOffsetsToTxn;
    }

    internal sealed record CloseAccepted : FaultAction
    {
        internal override FaultSubject Subject => FaultSubject.Connection;
    }

    internal sealed record Drip(TimeSpan Pause, int Bytes) : FaultAction
    {
        internal override FaultSubject Subject => FaultSubject.Connection;
    }

    internal sealed record NoSpace : FaultAction
    {
        internal override FaultSubject Subject => FaultSubject.Disk;
    }

    internal sealed record FailOperation(FileOperation Operation) : FaultAction
    {
        internal override FaultSubject Subject => FaultSubject.Disk;
    }

    internal sealed record LostFlush : FaultAction
    {
        internal override FaultSubject Subject => FaultSubject.Disk;
    }
}
