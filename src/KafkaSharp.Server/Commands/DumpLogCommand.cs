using System.CommandLine;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Server.DumpLog.Json;
using KafkaSharp.Server.DumpLog.Records;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// <c>kafkasharp dump-log</c>: prints files of a data directory, with the options and the output of <c>kafka-dump-log</c>.
/// </summary>
internal static class DumpLogCommand
{
    public static Command Create()
    {
        var files = new Option<string>("--files")
        {
            Description = "The files to print, separated by commas: segments, indexes, snapshots.", HelpName = "FILE,…", Required = true,
        };
        var print = new Option<bool>("--print-data-log") { Description = "Print keys and values. Each decoder includes it." };
        var deep = new Option<bool>("--deep-iteration") { Description = "Read the records of each batch. Printing them includes it." };
        var bare = new Option<bool>("--skip-record-metadata") { Description = "Print only keys and values, and no control records." };
        var offsets = new Option<bool>("--offsets-decoder") { Description = "The records are those of __consumer_offsets." };
        var transactions = new Option<bool>("--transaction-log-decoder") { Description = "The records are those of __transaction_state." };
        var metadata = new Option<bool>("--cluster-metadata-decoder")
        {
            Description = "The records are those of __cluster_metadata; also prints its snapshots (.checkpoint).",
        };
        var share = new Option<bool>("--share-group-state-decoder") { Description = "The records are those of __share_group_state." };
        var remote = new Option<bool>("--remote-log-metadata-decoder") { Description = "The records are those of __remote_log_metadata." };
        var key = DecoderOption("--key-decoder-class", "keys");
        var value = DecoderOption("--value-decoder-class", "values");
        var verify = new Option<bool>("--verify-index-only") { Description = "Compare indexes with their segment; print no entries." };
        var sanity = new Option<bool>("--index-sanity-check") { Description = "Check indexes only as a start of the broker does." };
        var maxBytes = new Option<int>("--max-bytes")
        {
            Description = "Read at most this much of each segment.", HelpName = "BYTES", DefaultValueFactory = _ => int.MaxValue,
        };
        var maxMessage = new Option<int>("--max-message-size")
        {
            Description = "The size of the largest batch.", HelpName = "BYTES", DefaultValueFactory = _ => new DumpOptions().MaxMessageSize,
        };
        var command = new Command("dump-log", "Print the contents of log segments, indexes and snapshots.");
        foreach (var option in (Option[])[files, print, deep, bare, offsets, transactions, metadata, share, remote, key, value, verify,
            sanity, maxBytes, maxMessage])
            command.Options.Add(option);
        command.SetAction(result => Run(result, output =>
        {
            var dump = new FileDump(
                new DumpOptions
                {
                    Records = Texts(),
                    ReadsSnapshots = result.GetValue(metadata),
                    IsDeep = result.GetValue(deep),
                    SkipsRecordMetadata = result.GetValue(bare),
                    VerifiesIndexOnly = result.GetValue(verify),
                    ChecksIndexOnly = result.GetValue(sanity),
                    MaxBytes = result.GetValue(maxBytes),
                    MaxMessageSize = result.GetValue(maxMessage),
                },
                output);
            dump.Print(result.GetRequiredValue(files).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

            IRecordTexts? Texts() => result.GetValue(offsets) ? new CoordinatorTexts(StoredMessages.Load(), "group")
                : result.GetValue(transactions) ? new CoordinatorTexts(StoredMessages.Load(), "transaction")
                : result.GetValue(metadata) ? new MetadataTexts(StoredMessages.Load(), "metadata")
                : result.GetValue(share) ? new CoordinatorTexts(StoredMessages.Load(), "share")
                : result.GetValue(remote) ? new MetadataTexts(StoredMessages.Load(), "remoteLog")
                : result.GetValue(print) || IsGiven(key) || IsGiven(value)
                    ? new PlainTexts(result.GetValue(key)!, result.GetValue(value)!)
                : null;

            bool IsGiven(Option<string> option) => result.GetResult(option) is { Implicit: false };
        }));
        return command;
    }

    private static Option<string> DecoderOption(string name, string what) => new(name)
    {
        Description = $"How {what} are printed: StringDecoder, LongDecoder, IntegerDecoder, DefaultDecoder.",
        HelpName = "CLASS",
        DefaultValueFactory = _ => PlainTexts.StringDecoder,
    };

    // The console's own writer flushes each line, and a segment has a million.
    private static int Run(ParseResult result, Action<TextWriter> print)
    {
        try
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 64 * 1024);
            print(output);
            return 0;
        }
        catch (Exception exception) when (exception is DumpException or IOException or UnauthorizedAccessException)
        {
            result.InvocationConfiguration.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
