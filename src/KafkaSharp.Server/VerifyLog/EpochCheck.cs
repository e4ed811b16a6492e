using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Compares the leader epochs of the batches with <c>leader-epoch-checkpoint</c>. Replicas find with them where their logs differ.
/// </summary>
internal sealed class EpochCheck
{
    private readonly string _folder;
    private readonly Action<Fault> _report;
    private readonly LeaderEpochCache? _epochs;
    private int _before = -1;
    private int _lastReported = -1;

    public EpochCheck(IFileSystem files, string folder, Action<Fault> report)
    {
        (_folder, _report) = (folder, report);
        try
        {
            _epochs = LeaderEpochCache.Open(files, folder);
        }
        catch (IOException exception)
        {
            report(new Fault(folder, null, exception.Message));
        }
    }

    /// <summary>A batch of the log.</summary>
    /// <param name="path">Its segment.</param>
    /// <param name="position">Where it begins, in bytes.</param>
    /// <param name="baseOffset">Its first offset.</param>
    /// <param name="epoch">Its leader epoch; -1 if it has none.</param>
    /// <param name="isFlushed">Whether the checkpoint must have its epoch.</param>
    public void OnBatch(string path, long position, long baseOffset, int epoch, bool isFlushed)
    {
        if (epoch < 0)
            return;
        if (epoch < _before)
            _report(new Fault(path, position, $"the batch at offset {baseOffset} has the leader epoch {epoch} after {_before}"));
        _before = Math.Max(_before, epoch);
        if (!isFlushed || epoch == _lastReported || _epochs?.EpochForOffset(baseOffset) is not { } known || known == epoch)
            return;
        _lastReported = epoch;
        _report(new Fault(
            _folder, null, $"leader-epoch-checkpoint has the epoch {known} for offset {baseOffset}, but the batch there has {epoch}"));
    }
}
