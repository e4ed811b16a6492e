using System.CommandLine;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Server.DumpLog.Json;
using KafkaSharp.Server.DumpLog.Records;

namespace KafkaSharp.Server.Commands;

/// <summary>The options of <c>kafkasharp dump-log</c>: those of <c>kafka-dump-log</c>.</summary>
internal sealed class DumpLogOptions
{
    public Option<string> Files { get; } = new("--files")
    {
        Description = "The files to print, separated by commas: segments, indexes, snapshots.", HelpName = "FILE,…",
    };

    public Option<string> Verify { get; } = new("--verify")
    {
        Description = "Read all of a data directory, or of a partition's folder in one: what is wrong, and what a start would repair.",
        HelpName = "DIR,…",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object a line." };

    public Option<bool> PrintDataLog { get; } = new("--print-data-log")
    {
        Description = "Print keys and values. Each decoder includes it.",
    };

    public Option<bool> DeepIteration { get; } = new("--deep-iteration")
    {
        Description = "Read the records of each batch. Printing them includes it.",
    };

    public Option<bool> SkipRecordMetadata { get; } = new("--skip-record-metadata")
    {
        Description = "Print only keys and values, and no control records.",
    };

    public Option<bool> OffsetsDecoder { get; } = new("--offsets-decoder") { Description = "The records are those of __consumer_offsets." };

    public Option<bool> TransactionLogDecoder { get; } = new("--transaction-log-decoder")
    {
        Description = "The records are those of __transaction_state.",
    };

    public Option<bool> ClusterMetadataDecoder { get; } = new("--cluster-metadata-decoder")
    {
        Description = "The records are those of __cluster_metadata; also prints its snapshots (.checkpoint).",
    };

    public Option<bool> ShareGroupStateDecoder { get; } = new("--share-group-state-decoder")
    {
        Description = "The records are those of __share_group_state.",
    };

    public Option<bool> RemoteLogMetadataDecoder { get; } = new("--remote-log-metadata-decoder")
    {
        Description = "The records are those of __remote_log_metadata.",
    };

    public Option<string> KeyDecoder { get; } = DecoderOption("--key-decoder-class", "keys");

    public Option<string> ValueDecoder { get; } = DecoderOption("--value-decoder-class", "values");

    public Option<bool> VerifyIndexOnly { get; } = new("--verify-index-only")
    {
        Description = "Compare indexes with their segment; print no entries.",
    };

    public Option<bool> IndexSanityCheck { get; } = new("--index-sanity-check")
    {
        Description = "Check indexes only as a start of the broker does.",
    };

    public Option<int> MaxBytes { get; } = new("--max-bytes")
    {
        Description = "Read at most this much of each segment.", HelpName = "BYTES", DefaultValueFactory = _ => int.MaxValue,
    };

    public Option<int> MaxMessageSize { get; } = new("--max-message-size")
    {
        Description = "The size of the largest batch.", HelpName = "BYTES", DefaultValueFactory = _ => new DumpOptions().MaxMessageSize,
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[
            Files, Verify, Json, PrintDataLog, DeepIteration, SkipRecordMetadata, OffsetsDecoder, TransactionLogDecoder,
            ClusterMetadataDecoder, ShareGroupStateDecoder, RemoteLogMetadataDecoder, KeyDecoder, ValueDecoder, VerifyIndexOnly,
            IndexSanityCheck, MaxBytes, MaxMessageSize])
            command.Options.Add(option);
    }

    public DumpOptions Read(ParseResult result) => new()
    {
        Records = Texts(result),
        ReadsSnapshots = result.GetValue(ClusterMetadataDecoder),
        IsDeep = result.GetValue(DeepIteration),
        SkipsRecordMetadata = result.GetValue(SkipRecordMetadata),
        VerifiesIndexOnly = result.GetValue(VerifyIndexOnly),
        ChecksIndexOnly = result.GetValue(IndexSanityCheck),
        MaxBytes = result.GetValue(MaxBytes),
        MaxMessageSize = result.GetValue(MaxMessageSize),
    };

    private IRecordTexts? Texts(ParseResult result) =>
        result.GetValue(OffsetsDecoder) ? new CoordinatorTexts(StoredMessages.Load(), "group")
        : result.GetValue(TransactionLogDecoder) ? new CoordinatorTexts(StoredMessages.Load(), "transaction")
        : result.GetValue(ClusterMetadataDecoder) ? new MetadataTexts(StoredMessages.Load(), "metadata")
        : result.GetValue(ShareGroupStateDecoder) ? new CoordinatorTexts(StoredMessages.Load(), "share")
        : result.GetValue(RemoteLogMetadataDecoder) ? new MetadataTexts(StoredMessages.Load(), "remoteLog")
        : result.GetValue(PrintDataLog) || IsGiven(result, KeyDecoder) || IsGiven(result, ValueDecoder)
            ? new PlainTexts(result.GetValue(KeyDecoder)!, result.GetValue(ValueDecoder)!)
        : null;

    private static bool IsGiven(ParseResult result, Option<string> option) => result.GetResult(option) is { Implicit: false };

    private static Option<string> DecoderOption(string name, string what) => new(name)
    {
        Description = $"How {what} are printed: StringDecoder, LongDecoder, IntegerDecoder, DefaultDecoder.",
        HelpName = "CLASS",
        DefaultValueFactory = _ => PlainTexts.StringDecoder,
    };
}
