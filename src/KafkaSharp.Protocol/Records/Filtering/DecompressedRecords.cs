using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>
/// The records of one compressed batch, decompressed once for several readings. A batch whose records are very large is decompressed piece
/// by piece in each reading instead: what a small batch decompresses to has no limit. Not thread-safe.
/// </summary>
internal sealed class DecompressedRecords : IDisposable
{
    private const int LargestKept = 16 * 1024 * 1024;
    private const int Piece = 64 * 1024;

    private readonly PooledBuffer _records = new();
    private bool _isLoaded;

    /// <summary>Decompresses the records of a batch, unless it is not compressed.</summary>
    /// <exception cref="RecordsException">The records are corrupt.</exception>
    public void Load(RecordBatch batch)
    {
        _records.SetLength(0);
        _isLoaded = false;
        if (batch.Magic < 2 || batch.Compression == CompressionType.None || batch.Header.RecordCount == 0)
            return;
        using var decompressor = Decompression.Create(batch.Compression);
        var source = batch.Bytes[RecordBatchHeader.Size..];
        while (_records.Length < LargestKept)
        {
            var read = Decompression.Read(decompressor, ref source, _records.GetSpan(Piece));
            if (read == 0)
            {
                _isLoaded = true;
                return;
            }
            _records.Advance(read);
        }
        _records.Dispose();
    }

    /// <summary>A reader of the records of the batch that was loaded.</summary>
    public RecordReader Read(RecordBatch batch) => _isLoaded ? new RecordReader(batch, _records.Span) : new RecordReader(batch);

    public void Dispose() => _records.Dispose();
}
