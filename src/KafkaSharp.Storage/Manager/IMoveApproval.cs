namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Notifies the controller of the directory of a log before the log changes to it (KIP-858): otherwise the controller would not notice
/// that the log is lost with this directory. Called on the threads of moves and of failures; it must not block.
/// </summary>
public interface IMoveApproval
{
    /// <summary>The future replica has caught up. <see cref="LogMove.Approve"/> is called, also within this call, to go on.</summary>
    void Request(LogMove move);

    /// <summary>The move was cancelled after it was requested: the log stays where it is.</summary>
    void Withdraw(LogMove move);
}
