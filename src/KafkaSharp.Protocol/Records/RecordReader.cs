using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Walks the records of a batch of any magic; compressed records are decompressed piece by piece into a pooled buffer that
/// grows to the largest record and is given back by <see cref="Dispose"/>. Faults are a <see cref="RecordsException"/>.
/// </summary>
public ref struct RecordReader : IDisposable
{
    /// <param name="batch">The batch, whose bytes outlive the reader.</param>
    /// <param name="maxRecordBytes">The largest decompressed record that is read.</param>
    public RecordReader(RecordBatch batch, int maxRecordBytes = int.MaxValue) => throw new NotImplementedException();

    [UnscopedRef]
    public readonly ref readonly Record Current => throw new NotImplementedException();

    public bool MoveNext() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
