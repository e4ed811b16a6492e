using System.Text.Json;
using System.Text.RegularExpressions;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>The responses of Apache Kafka to each batch, sent by Produce version 11 without a transactional id.</summary>
public sealed partial class ProduceResponseTests
{
    private const short ProduceVersion = 11;
    private const long AfterMaxMs = 3_600_000;

    [Test]
    public void Every_batch_gets_the_same_response_as_from_Apache_Kafka()
    {
        var lines = BatchVector.Lines("record-batches-broker.jsonl.gz");
        var now = lines.Select(NowOf).First(t => t is not null)!.Value;
        var nextOffset = 0L;
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                var response = line.GetProperty("partitionResponse");
                var (code, message, errors) = Produce(line, NowOf(line) ?? now, ref nextOffset);
                Assert.That((int)code, Is.EqualTo(response.GetProperty("errorCode").GetInt32()), $"{line.Case()}: {message}");
                Assert.That(message, Is.EqualTo(response.GetProperty("errorMessage").GetString()), line.Case());
                Assert.That(
                    errors.Select(e => (e.BatchIndex, (string?)e.Message)),
                    Is.EqualTo(response.GetProperty("recordErrors").EnumerateArray().Select(
                        e => (e.GetProperty("batchIndex").GetInt32(), e.GetProperty("batchIndexErrorMessage").GetString()))),
                    line.Case());
            }
        });
        Assert.That(lines, Has.Count.EqualTo(540));
    }

    private static (ErrorCode Code, string? Message, IReadOnlyList<RecordError> Errors) Produce(
        JsonElement line, long now, ref long nextOffset)
    {
        var bytes = line.Bytes();
        try
        {
            if (ProducedRecords.IsTransactional(bytes))
                return (ErrorCode.TransactionalIdAuthorizationFailed, null, []);
        }
        catch (RecordsException e)
        {
            return (e.ErrorCode, e.ErrorCode == ErrorCode.UnknownServerError ? null : e.Message, []);
        }
        try
        {
            ProducedRecords.Check(ProduceVersion, bytes);
        }
        catch (RecordsException e)
        {
            return (e.ErrorCode, null, []);
        }
        var topic = line.GetProperty("topic").GetString()!;
        var options = new RecordValidationOptions
        {
            TopicPartition = new TopicPartition(topic, 0),
            Compacted = topic.EndsWith("compact", StringComparison.Ordinal),
            TimestampAfterMaxMs = AfterMaxMs,
            MaxMessageBytes = 1048588,
        };
        using var result = RecordBatchValidator.Validate(bytes, options, AppendOrigin.Client, nextOffset, 0, now);
        if (result.ErrorCode == ErrorCode.None)
            nextOffset = result.LastOffset + 1;
        return (result.ErrorCode, result.RecordErrors.Count > 0 ? result.ErrorMessage : null, result.RecordErrors);
    }

    /// <summary>The clock of the broker, from the timestamp range in its error message.</summary>
    private static long? NowOf(JsonElement line)
    {
        var match = Range().Match(line.GetProperty("partitionResponse").ToString());
        return match.Success ? long.Parse(match.Groups[1].Value) - AfterMaxMs : null;
    }

    [GeneratedRegex(@"should be within \[-?\d+, (\d+)\]")]
    private static partial Regex Range();
}
