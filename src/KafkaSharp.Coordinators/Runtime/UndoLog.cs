namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Undoes what commands and their replay changed when the records turn out not to be written. Each change of a shard's state at run time
/// adds the action that takes it back; a successful write forgets the actions, a failed one runs them in reverse order. Only changes that
/// belong to the batch that is not written yet can be undone, so the log is short. It takes the place of Kafka's <c>SnapshotRegistry</c>.
/// Used on the shard's event loop.
/// </summary>
internal sealed class UndoLog
{
    private readonly List<Action> _actions = [];
    private int? _commandBegin;

    /// <summary>Whether changes must be recorded: not while a shard is loaded, when every record is in the log already.</summary>
    public bool IsRecording { get; private set; }

    /// <summary>Adds the action that takes back the change just made. Call it only while <see cref="IsRecording"/>.</summary>
    public void Add(Action undo) => _actions.Add(undo);

    internal void StartRecording() => IsRecording = true;

    /// <summary>A command begins. What it changes itself is undone with its records, which may not fit into the current batch.</summary>
    internal void BeginCommand() => _commandBegin = _actions.Count;

    /// <summary>The records of the running command are in the batch: all changes are undone together from now on.</summary>
    internal void JoinCommand() => _commandBegin = null;

    /// <summary>The running command has failed before its records were in the batch: takes back what it has changed itself.</summary>
    internal void UndoCommand() => TakeBack(Math.Min(_commandBegin ?? int.MaxValue, _actions.Count));

    /// <summary>The changes of earlier commands are written, those of the running one are not.</summary>
    internal void ForgetEarlier()
    {
        _actions.RemoveRange(0, _commandBegin ?? _actions.Count);
        _commandBegin = 0;
    }

    /// <summary>The changes are written.</summary>
    internal void Forget() => _actions.Clear();

    /// <summary>Takes every change since the last <see cref="Forget"/> back, the last one first.</summary>
    internal void Undo() => TakeBack(0);

    private void TakeBack(int first)
    {
        IsRecording = false;
        for (var i = _actions.Count - 1; i >= first; i--)
            _actions[i]();
        _actions.RemoveRange(first, _actions.Count - first);
        IsRecording = true;
    }
}
