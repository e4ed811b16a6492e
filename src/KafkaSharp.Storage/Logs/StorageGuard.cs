namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Decides what an exception out of a log's files means. A failure of the disk is logged and reported to the owner, who takes the log directory offline. An
/// operation that met files closed by another thread is no failure: the log is closed. In both cases a request gets KAFKA_STORAGE_ERROR. Thread-safe.
/// </summary>
sealed class StorageGuard(LogState state)
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

    /// <summary>Logs and reports a failure of the disk.</summary>
    public void Report(Exception e)
    {
        if (e is not IOException fault)
            return;
        var options = state.Options;
        options.Logger.StorageFailed(options.TopicPartition, state.Directory, fault);
        options.StorageFailed?.Invoke(state.Directory, fault);
    }

    /// <summary>Runs work on the log's background threads unless the log is closed by then.</summary>
    public void RunInBackground(Action work) => state.Options.Background(() =>
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

    /// <summary>Runs work on small files without the log's lock. That the files are gone is no failure when the log was closed or renamed in the meantime.</summary>
    public void RunUnlessMoved(Action work)
    {
        var directory = state.Directory;
        try
        {
            if (!_closed)
                work();
        }
        catch (IOException) when (_closed || state.WasMovedFrom(directory))
        {
        }
    }
}
