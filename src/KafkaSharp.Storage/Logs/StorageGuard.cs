using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Handles exceptions from the files of a log. A disk failure is logged and reported to the owner, which takes the log directory offline; a
/// full disk is reported as such. A file that another thread has closed is not a failure: the log is closed. In all cases the request gets
/// KAFKA_STORAGE_ERROR.
/// Thread-safe.
/// </summary>
internal sealed class StorageGuard(LogState state)
{
    private volatile bool _closed;

    /// <summary>Whether the log is closed; set under the log's lock.</summary>
    public bool IsClosed
    {
        get => _closed;
        set => _closed = value;
    }

    /// <summary>Whether an exception is one that ends in KAFKA_STORAGE_ERROR. Every other one is a bug.</summary>
    public bool Covers(Exception e) => e is IOException || (e is ObjectDisposedException && _closed);

    /// <summary>Whether a file is missing because the log was closed, and perhaps deleted, at the same time.</summary>
    public bool IsOfClosedLog(Exception e) =>
        _closed && e is (ObjectDisposedException or FileNotFoundException or DirectoryNotFoundException);

    /// <summary>
    /// Logs and reports a failure of the disk in an operation that leaves the log as it was: where the disk is full, it can be tried again.
    /// </summary>
    public void Report(Exception e)
    {
        if (e is IOException full && DiskErrors.IsFull(e) && state.Options.DiskFull is { } diskFull)
            diskFull(state.Directory, full);
        else
            ReportHalfDone(e);
    }

    /// <summary>The same for a folder in another log directory, which the log has left.</summary>
    public void Report(IOException e, string leftFolder)
    {
        if (DiskErrors.IsFull(e) && state.Options.DiskFull is { } diskFull)
            diskFull(leftFolder, e);
        else
            ReportFailed(e, leftFolder);
    }

    /// <summary>The same where something is half done, so that also a full disk ends the use of the log.</summary>
    public void ReportHalfDone(Exception e)
    {
        if (e is IOException fault && !IsOfClosedLog(e))
            ReportFailed(fault);
    }

    /// <summary>
    /// Reports a failure that ends the use of the log. Not under the log's lock: the owner closes all logs of the directory, and two
    /// threads that do so at the same time would wait for each other's log.
    /// </summary>
    public void ReportFailed(IOException fault) => ReportFailed(fault, state.Directory);

    /// <summary>Runs work on the log's background threads unless the log is closed by then.</summary>
    public void RunInBackground(Action work) => RunOn(state.Options.Background, work);

    /// <summary>The same on other threads.</summary>
    public void RunOn(Action<Action> threads, Action work) => threads(() =>
    {
        try
        {
            if (!_closed)
                work();
        }
        catch (Exception e) when (Covers(e))
        {
            Report(e);
        }
    });

    /// <summary>
    /// Runs work on small files without the log's lock. Missing files are not a failure if the log was closed or renamed at the same time.
    /// </summary>
    public void RunUnlessMoved(Action work)
    {
        var directory = state.Directory;
        try
        {
            if (!_closed)
                work();
        }
        catch (IOException)
        {
            if (!_closed && !state.WasMovedFrom(directory))
                throw;
        }
    }

    private void ReportFailed(IOException fault, string folder)
    {
        var options = state.Options;
        options.Logger.StorageFailed(options.TopicPartition, folder, fault);
        options.StorageFailed?.Invoke(folder, fault);
    }
}
