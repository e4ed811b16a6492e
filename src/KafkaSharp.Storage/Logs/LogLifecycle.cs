using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What happens to a log as a whole: its topic id, renaming, closing, deletion. Changes are made under the log's lock, which each call
/// takes.
/// </summary>
internal sealed class LogLifecycle(LogState state, SegmentDeletion deletion, StorageGuard guard)
{
    /// <summary>The topic's id from <c>partition.metadata</c>; null while there is no such file.</summary>
    public Uuid? TopicId { get; private set; } = PartitionMetadataFile.Read(state.Files, state.Directory);

    public ErrorCode AssignTopicId(Uuid topicId)
    {
        lock (state.Gate)
        {
            if (TopicId is { } known)
                return known == topicId ? ErrorCode.None : ErrorCode.InconsistentTopicId;
            PartitionMetadataFile.Write(state.Files, state.Directory, topicId);
            TopicId = topicId;
        }
        guard.RunInBackground(() => guard.RunUnlessMoved(() => PartitionMetadataFile.Flush(state.Files, state.Directory)));
        return ErrorCode.None;
    }

    public void Rename(string newDirectory)
    {
        lock (state.Gate)
        {
            // Whatever uses paths in the folder without the log's lock waits: it might find the folder of a new log under the old name.
            state.Epochs.Move(newDirectory, () => deletion.Move(newDirectory, () => state.Files.Rename(state.Directory, newDirectory)));
            state.Directory = newDirectory;
            state.Producers.Directory = newDirectory;
            foreach (var segment in state.Segments.All)
                segment.MovedTo(newDirectory);
            state.CountTruncation();
        }
    }

    /// <summary>Closes the log in order: it takes a producer snapshot at the end and writes indexes and epochs.</summary>
    public void Close()
    {
        lock (state.Gate)
        {
            if (!guard.IsClosed)
            {
                ProducerReplay.TakeSnapshot(state.Producers);
                state.Epochs.Flush();
                // A start after a clean stop takes a log without a snapshot for one without producers, so the name must be durable too.
                if (!state.Producers.IsEmpty)
                    state.Files.FlushDirectory(state.Directory);
            }
            CloseAll(static segment => segment.Dispose());
        }
    }

    /// <summary>Closes the files as they are.</summary>
    public void CloseAbruptly()
    {
        lock (state.Gate)
            CloseAll(static segment => segment.CloseFiles());
    }

    /// <summary>
    /// Ends the log without closing its segments, which another one has taken over. The caller deletes what waits for deletion.
    /// </summary>
    public void GiveUp()
    {
        lock (state.Gate)
        {
            guard.IsClosed = true;
            state.Epochs.Close();
            // A flush that was requested finds nothing to do.
            state.SetRecoveryPoint(long.MaxValue);
            state.HasUnflushedCut = false;
        }
    }

    public void Delete()
    {
        lock (state.Gate)
        {
            CloseAll(static segment => segment.CloseFiles());
            state.Files.DeleteDirectory(state.Directory);
        }
    }

    private void CloseAll(Action<LogSegment> close)
    {
        if (guard.IsClosed)
            return;
        guard.IsClosed = true;
        foreach (var segment in state.Segments.All)
            close(segment);
        state.Epochs.Close();
        deletion.Dispose();
    }
}
