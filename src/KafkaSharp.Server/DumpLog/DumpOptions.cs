using KafkaSharp.Server.DumpLog.Records;

namespace KafkaSharp.Server.DumpLog;

/// <summary>What a dump prints: the options of <c>kafka-dump-log</c>.</summary>
internal sealed record DumpOptions
{
    /// <summary>How keys and values of the records of a log are printed; null prints none.</summary>
    public IRecordTexts? Records { get; init; }

    /// <summary>Whether each record is printed, also without its key and value.</summary>
    public bool IsDeep { get; init; }

    /// <summary>Prints only keys and values, and no control records.</summary>
    public bool SkipsRecordMetadata { get; init; }

    /// <summary>Whether checkpoints are logs: snapshots of the cluster's metadata.</summary>
    public bool ReadsSnapshots { get; init; }

    /// <summary>Checks indexes without printing their entries.</summary>
    public bool VerifiesIndexOnly { get; init; }

    /// <summary>Checks indexes only as a start of the broker does.</summary>
    public bool ChecksIndexOnly { get; init; }

    /// <summary>How many bytes of a log are read at most.</summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    /// <summary>How many bytes are read for one entry of an index.</summary>
    public int MaxMessageSize { get; init; } = 5 * 1024 * 1024;
}
