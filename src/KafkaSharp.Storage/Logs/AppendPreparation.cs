using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The part of an append that needs no lock: it checks CRCs and records against the log's configuration, and converts batches to the log's
/// compression. Safe for use from several threads.
/// </summary>
internal sealed class AppendPreparation(LogState state)
{
    private volatile Rules? _rules;

    /// <summary>Prepares produced batches. The configuration is read once: a change in between counts for the next append.</summary>
    public PreparedAppend Prepare(ReadOnlyMemory<byte> records, AppendOrigin origin, IWorkTurn? turn) =>
        new(RecordBatchValidator.Validate(records, CurrentRules().Options, origin, firstOffset: 0, leaderEpoch: -1, state.NowMs, turn),
            origin);

    /// <summary>Whether it takes as long as the content decides: see <see cref="ValidationCost"/>.</summary>
    public bool DependsOnContent(ReadOnlySpan<byte> records) => ValidationCost.DependsOnContent(records, CurrentRules().Options);

    /// <summary>Prepares batches that have their offsets: those of a follower or of the quorum's leader.</summary>
    public PreparedAppend PrepareWithOffsets(ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin) =>
        new(BatchesWithOffsets.Check(
            records, state.Options.TopicPartition, origin, leaderEpoch,
            origin == AppendOrigin.Replication ? int.MaxValue : state.Config.MaxMessageSize));

    private Rules CurrentRules()
    {
        var (config, rules) = (state.Config, _rules);
        if (rules is null || !ReferenceEquals(rules.Config, config))
            _rules = rules = new Rules(config, LogValidation.OptionsOf(config, state.Options.TopicPartition));
        return rules;
    }

    private sealed record Rules(LogConfig Config, RecordValidationOptions Options);
}
