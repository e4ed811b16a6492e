using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Makes a log durable up to an offset and moves its recovery point there. The disk is waited for outside the log's lock; flushes of one log come one
/// after another. One that fails is the last: Linux tells a failed write-back once and then calls the pages clean, so that a second fsync would succeed
/// over bytes that never reached the disk.
/// </summary>
sealed class LogFlusher(LogState state)
{
    private readonly Lock _flushing = new();
    private long _lastFlushMs = state.NowMs;
    private IOException? _failure;

    /// <summary>When the log was last flushed, or opened, in milliseconds since 1970.</summary>
    public long LastFlushMs => Volatile.Read(ref _lastFlushMs);

    /// <exception cref="IOException">The disk fails, or did before: the log is flushed again only after it was opened again.</exception>
    public void Flush(long upTo)
    {
        lock (_flushing)
        {
            if (_failure is not null)
                throw new IOException($"An earlier flush of {state.Directory} has failed", _failure);
            LogSegment[] segments;
            string directory;
            int truncations;
            int endCuts;
            bool hasNewFiles;
            List<TransactionIndex> newIndexes;
            string? snapshot;
            lock (state.Gate)
            {
                upTo = Math.Min(upTo, state.LogEndOffset);
                var from = state.RecoveryPoint;
                if (upTo <= from)
                    return;
                segments = state.Segments.Between(from, upTo);
                foreach (var segment in segments)
                    segment.WriteOut();
                directory = state.Directory;
                truncations = state.Truncations;
                endCuts = state.EndCuts;
                newIndexes = [.. segments.Select(segment => segment.TransactionIndex).Where(index => index.IsNew)];
                hasNewFiles = newIndexes.Count > 0 || segments.Any(segment => segment.BaseOffset >= from);
                snapshot = state.Producers.LatestSnapshotOffset is { } offset && offset > from ? LogFileNames.ProducerSnapshot(directory, offset) : null;
            }
            try
            {
                foreach (var segment in segments)
                    segment.Flush();
                FlushSnapshot(snapshot);
                state.Epochs.Flush();
                if (hasNewFiles)
                {
                    state.Files.FlushDirectory(directory);
                    newIndexes.ForEach(static index => index.IsNew = false);
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or FileNotFoundException or DirectoryNotFoundException
                && (state.Truncations != truncations || state.WasMovedFrom(directory)))
            {
                // Deleted, truncated or renamed meanwhile: what is left is for the next flush.
                return;
            }
            catch (IOException failure)
            {
                _failure = failure;
                throw;
            }
            lock (state.Gate)
            {
                // Had the log been cut and written on meanwhile, what was flushed is not what lies there now.
                if (state.EndCuts == endCuts && upTo > state.RecoveryPoint)
                    state.SetRecoveryPoint(upTo);
            }
            Volatile.Write(ref _lastFlushMs, state.NowMs);
        }
    }

    private void FlushSnapshot(string? path)
    {
        if (path is null || !state.Files.FileExists(path))
            return;
        using var file = state.Files.OpenFile(path, FileSystem.StorageFileMode.Open);
        file.Flush();
    }
}
