using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>Begins new segments (Kafka's <c>UnifiedLog.roll</c>). Every call is made under the log's lock.</summary>
internal sealed class LogRoller(LogState state, SegmentDeletion deletion, Action<long> flushLater)
{
    /// <summary>Rolls where the append does not fit the active segment by size, time, index or offset.</summary>
    public void MaybeRoll(int messagesSize, in LogAppendInfo append)
    {
        var config = state.Config;
        var roll = new RollParameters(
            config.MaxSegmentMs, config.SegmentSize, append.MaxTimestamp, append.LastOffset, messagesSize, state.NowMs);
        if (state.Segments.Active.ShouldRoll(roll))
            Roll(append.FirstOffset >= 0 ? append.FirstOffset : append.LastOffset - int.MaxValue);
    }

    /// <summary>Rolls to a segment that begins at the log end, or at a later offset that is expected next.</summary>
    public void Roll(long? expectedNextOffset = null)
    {
        var newOffset = Math.Max(expectedNextOffset ?? 0, state.LogEndOffset);
        var active = state.Segments.Active;
        if (active.BaseOffset == newOffset && active.Size == 0)
        {
            // The index of the empty segment cannot hold an entry (KAFKA-6388).
            Replace([active], newOffset);
            deletion.Schedule([active], [], state.Config.FileDeleteDelayMs);
            state.CountTruncation();
            TakeSnapshot(newOffset);
        }
        else if (newOffset <= active.BaseOffset)
        {
            throw new InvalidOperationException(
                $"{state.Options.TopicPartition} can't roll to offset {newOffset}: its active segment begins at {active.BaseOffset}");
        }
        else
        {
            if (active.OnBecomeInactive() && state.RecoveryPoint >= newOffset)
                FlushLength(active);
            state.Segments.Add(CreateWithSnapshot(newOffset));
        }
        state.SetLogEnd(state.LogEndOffset);
        flushLater(newOffset);
    }

    /// <summary>
    /// Replaces segments by a new one, which may have the base offset and so the file names of one of them. At no time is the log without a
    /// segment: readers use the old ones until the new one is there, and the log keeps them if it cannot be created. The caller schedules
    /// the deletion of the old ones.
    /// </summary>
    public void Replace(IReadOnlyCollection<LogSegment> replaced, long baseOffset)
    {
        LogSegment created;
        try
        {
            SegmentDeletion.Rename(replaced);
            created = CreateSegment(baseOffset);
        }
        catch (IOException)
        {
            GiveNamesBack(replaced);
            throw;
        }
        state.CountTruncation();
        state.Segments.Replace(replaced, [created]);
    }

    // The log goes on with these segments when there is space. A start deletes files with the names of deleted ones, and a power failure
    // may bring these names back.
    private void GiveNamesBack(IEnumerable<LogSegment> segments)
    {
        try
        {
            foreach (var segment in segments)
                segment.RemoveSuffix(LogFileNames.DeletedSuffix);
            state.Files.FlushDirectory(state.Directory);
        }
        catch (IOException e)
        {
            throw DiskErrors.Lasting($"Files of {state.Directory} cannot get their names back: {e.Message}", e);
        }
    }

    // Its records are durable, so no later flush looks at it, and its new length is not: after a power failure there would be bytes between
    // its last record and the segment that follows. It waits for the disk, which is rare: all was flushed just before the roll.
    private static void FlushLength(LogSegment trimmed)
    {
        try
        {
            trimmed.FlushRecords();
        }
        catch (IOException e)
        {
            // A second fsync would succeed although this one was lost.
            throw DiskErrors.Lasting($"The length of {trimmed.LogPath} cannot be flushed: {e.Message}", e);
        }
    }

    // Where there is no space for the snapshot, there is no segment either: when those before it are deleted, only the snapshot has their
    // producers.
    private LogSegment CreateWithSnapshot(long baseOffset)
    {
        var mapEnd = state.Producers.MapEndOffset;
        var created = CreateSegment(baseOffset);
        try
        {
            TakeSnapshot(baseOffset);
            return created;
        }
        catch (IOException)
        {
            state.Producers.UpdateMapEndOffset(mapEnd);
            created.Delete();
            throw;
        }
    }

    // The state is of all before the new segment: a snapshot there lets recovery begin with it. It is made durable with the segment before.
    private void TakeSnapshot(long offset)
    {
        state.Producers.UpdateMapEndOffset(offset);
        state.Producers.TakeSnapshot(flush: false);
    }

    private LogSegment CreateSegment(long baseOffset) => LogSegment.Create(
        state.Files, state.Directory, baseOffset, state.Config, state.Options.Time, state.Config.RandomSegmentJitter(state.Options.Random));
}
