using System.Text;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>
/// The file <c>quorum-state</c> in the metadata log's folder, replaced atomically at every election. Used by the Raft node only.
/// </summary>
public sealed class QuorumStateFile(IFileSystem files, string directory) : IQuorumStateStore
{
    private const int MaxLength = 1 << 20;

    private readonly string _path = Path.Combine(directory, "quorum-state");

    public string? Read() => files.FileExists(_path) ? Encoding.UTF8.GetString(files.ReadAllBytes(_path, MaxLength)) : null;

    public void Write(string text) => files.WriteAtomically(_path, Encoding.UTF8.GetBytes(text));
}
