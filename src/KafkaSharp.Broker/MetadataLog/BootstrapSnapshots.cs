using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>The files of formatting in a metadata log directory: see <see cref="BootstrapSnapshot"/>.</summary>
internal sealed class BootstrapSnapshots(IFileSystem files, string logDirectory, TimeProvider time)
{
    private string BootstrapPath => Path.Combine(logDirectory, BootstrapSnapshot.FileName);

    public void WriteBootstrap(IEnumerable<MetadataRecord> records) =>
        BootstrapSnapshot.Write(new SnapshotFile(files, BootstrapPath, _ => { }), MetadataRecordSerde.Instance, time, records);

    public void WriteVoters(VoterSet voters)
    {
        var directory = Path.Combine(logDirectory, MetadataLogStorage.TopicPartition.ToString());
        files.CreateDirectory(directory);
        BootstrapSnapshot.WriteVoters(new SnapshotDirectory(files, directory), MetadataRecordSerde.Instance, time, voters);
    }

    /// <summary>
    /// The first records of an empty metadata log: those of the file, or those of the newest release when there is no file.
    /// </summary>
    public IReadOnlyList<MetadataRecord> ReadBootstrap()
    {
        if (!files.FileExists(BootstrapPath))
            return BootstrapMetadata.Records(MetadataVersion.Latest);
        using var stream = new StorageFileStream(files.OpenFile(BootstrapPath, StorageFileMode.Open));
        return BootstrapSnapshot.Read(stream, MetadataRecordSerde.Instance);
    }
}
