namespace KafkaSharp.Coordinators.Consumer;

/// <summary>What a heartbeat changed about the regular expression of its member.</summary>
internal enum PatternChange
{
    None,

    /// <summary>The topics of the new one are not known: the group begins a new epoch when they are.</summary>
    Unresolved,

    /// <summary>The topics of the new one are known, or it has none any more: the group begins a new epoch at once.</summary>
    Resolved,
}
