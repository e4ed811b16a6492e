using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Prints what a dump reads, one thing a call.</summary>
internal interface IDumpOutput
{
    /// <summary>The contents of a file follow.</summary>
    void BeginFile(string path);

    /// <summary>The offset in the name of a segment.</summary>
    void BeginLog(long baseOffset);

    /// <summary>The offset and the epoch in the name of a metadata snapshot.</summary>
    void BeginSnapshot(long endOffset, int epoch);

    void Batch(in RecordBatch batch, long position);

    void Record(in RecordBatch batch, in Record record);

    void OffsetEntry(OffsetPosition entry);

    void TimeEntry(TimestampOffset entry);

    void AbortedTransaction(AbortedTransaction entry);

    void Producer(ProducerStateEntry producer);

    /// <summary>A sentence about the file.</summary>
    void Note(string text);

    /// <summary>What is wrong, when all files were read.</summary>
    /// <param name="title">What the lines have in common, with the path of the file.</param>
    /// <param name="lines">One line for each place.</param>
    void Findings(string title, IEnumerable<string> lines);
}
