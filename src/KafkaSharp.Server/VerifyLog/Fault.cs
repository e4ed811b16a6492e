namespace KafkaSharp.Server.VerifyLog;

/// <summary>Something in a data directory that should not be so.</summary>
/// <param name="File">The path of the file or folder.</param>
/// <param name="Position">Where in the file, in bytes; null for the whole file.</param>
/// <param name="Text">What is wrong, as a sentence without a full stop.</param>
internal sealed record Fault(string File, long? Position, string Text)
{
    public override string ToString() => Position is { } position ? $"{File}, position {position}: {Text}" : $"{File}: {Text}";
}
