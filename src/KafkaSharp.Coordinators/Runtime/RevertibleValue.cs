namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// A value whose changes are undone together with the records that made them (in the place of Kafka's <c>TimelineObject</c>). Used on the
/// shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class RevertibleValue<T>(UndoLog undo, T initial)
{
    public T Value { get; private set; } = initial;

    public void Set(T value)
    {
        var before = Value;
        if (undo.IsRecording)
            undo.Add(() => Value = before);
        Value = value;
    }
}
