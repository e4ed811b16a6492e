using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Follows the transactions of a log from its beginning, and compares the aborted ones with the transaction index of the segment that has
/// the marker: without its entry, consumers of committed records would get aborted ones.
/// </summary>
internal sealed class TransactionCheck(IFileSystem files, Action<Fault> report)
{
    private readonly Dictionary<long, long> _open = [];
    private readonly Dictionary<(long ProducerId, long Marker), AbortedTransaction> _known = [];
    private string _path = "";
    private bool _isChecked;

    /// <summary>A segment begins.</summary>
    /// <param name="path">Its transaction index, which need not exist.</param>
    /// <param name="baseOffset">Its base offset.</param>
    /// <param name="isChecked">Whether its index must be complete.</param>
    public void BeginSegment(string path, long baseOffset, bool isChecked)
    {
        (_path, _isChecked) = (path, isChecked);
        _known.Clear();
        if (!files.FileExists(path))
            return;
        if (files.GetLength(path) % AbortedTransaction.Size is > 0 and var rest)
            Report($"{rest} bytes at the end are no whole entry");
        using var index = new TransactionIndex(files, path, baseOffset, exists: true);
        long before = -1;
        for (var slot = 0; slot < index.EntryCount; slot++)
        {
            var entry = index.Entry(slot);
            if (entry.LastOffset <= before || entry.LastOffset < baseOffset || entry.FirstOffset > entry.LastOffset)
                Report($"the entry {slot}, offsets {entry.FirstOffset} to {entry.LastOffset}, does not follow {before}");
            before = entry.LastOffset;
            _known[(entry.ProducerId, entry.LastOffset)] = entry;
        }
    }

    public void OnBatch(in RecordBatch batch)
    {
        if (!batch.IsTransactional)
            return;
        if (!batch.IsControlBatch)
            _open.TryAdd(batch.ProducerId, batch.BaseOffset);
        else if (_open.Remove(batch.ProducerId, out var first) && IsAbort(batch))
            CheckAborted(batch, first);
    }

    private void CheckAborted(in RecordBatch marker, long first)
    {
        if (!_known.TryGetValue((marker.ProducerId, marker.BaseOffset), out var entry))
            Report($"the transaction of producer {marker.ProducerId}, aborted at {marker.BaseOffset}, has no entry");
        else if (entry.FirstOffset > first)
            Report($"the transaction aborted at {marker.BaseOffset} begins at {first}, but its entry at {entry.FirstOffset}");
    }

    private static bool IsAbort(in RecordBatch batch)
    {
        using var records = new RecordReader(batch);
        return records.MoveNext() && ControlRecords.ParseEndTransactionMarker(records.Current).Type == ControlRecordType.Abort;
    }

    private void Report(string text)
    {
        if (_isChecked)
            report(new Fault(_path, null, text));
    }
}
