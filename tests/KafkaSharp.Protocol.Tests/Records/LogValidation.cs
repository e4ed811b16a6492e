using System.Text.Json;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>Compares the validation of a batch with the result of Kafka's LogValidator.</summary>
internal static class LogValidation
{
    public static void Check(
        JsonElement line,
        RecordValidationOptions options,
        AppendOrigin origin,
        CompressionType source,
        long firstOffset,
        int leaderEpoch,
        long nowMs)
    {
        var response = line.GetProperty("logValidator");
        using var result = RecordBatchValidator.AssignOffsets(line.Bytes(), options, origin, source, firstOffset, leaderEpoch, nowMs);
        if (response.Fault() is { } fault)
            CheckFault(line, response, fault, result);
        else
            CheckResult(line, response.GetProperty("result"), options, result);
    }

    private static void CheckFault(
        JsonElement line, JsonElement response, (ErrorCode Code, string? Message) fault, RecordValidationResult result)
    {
        Assert.That(result.ErrorCode, Is.EqualTo(fault.Code), $"{line.Case()}: {result.ErrorMessage}");
        if (fault.Message is not null)
            Assert.That(result.ErrorMessage, Is.EqualTo(fault.Message), line.Case());
        var errors = response.TryGetProperty("recordErrors", out var list)
            ? list.EnumerateArray().Select(e => (e.GetProperty("batchIndex").GetInt32(), e.GetProperty("message").GetString())).ToArray()
            : [];
        Assert.That(result.RecordErrors.Select(e => (e.BatchIndex, (string?)e.Message)), Is.EqualTo(errors), line.Case());
    }

    private static void CheckResult(JsonElement line, JsonElement expected, RecordValidationOptions options, RecordValidationResult result)
    {
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.None), $"{line.Case()}: {result.ErrorMessage}");
        if (result.ErrorCode != ErrorCode.None)
            return;
        Assert.That(result.LastOffset + 1, Is.EqualTo(expected.GetProperty("nextOffset").GetInt64()), line.Case());
        Assert.That(result.MaxTimestamp, Is.EqualTo(expected.GetProperty("maxTimestampMs").GetInt64()), line.Case());
        Assert.That(result.MessageSizeMaybeChanged, Is.EqualTo(expected.GetProperty("messageSizeMaybeChanged").GetBoolean()), line.Case());
        if (options.TimestampType == TimestampType.LogAppendTime)
            Assert.That(result.LogAppendTime, Is.EqualTo(expected.GetProperty("logAppendTimeMs").GetInt64()), line.Case());
        var batch = new RecordBatch(result.Records.Span);
        if (expected.TryGetProperty("hex", out var hex) && (batch.Compression == CompressionType.None || !result.MessageSizeMaybeChanged))
            Assert.That(Convert.ToHexStringLower(result.Records.Span), Is.EqualTo(hex.GetString()), line.Case());
        Assert.That(
            BatchVector.Differences(
                expected.GetProperty("batches"), result.Records.Span, ignoreCompressedSize: result.MessageSizeMaybeChanged),
            Is.Empty,
            line.Case());
    }
}
