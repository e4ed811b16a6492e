namespace KafkaSharp.Raft.Tests;

/// <summary>Prepares and appends in one step.</summary>
internal static class RaftNodeExtensions
{
    /// <returns>The offset of the last record.</returns>
    public static long Append(this RaftNode<string> node, int epoch, IReadOnlyList<string> records, bool isAtomic = true)
    {
        var prepared = node.Prepare(epoch, records, isAtomic);
        node.Append(prepared);
        return prepared.LastOffset;
    }
}
