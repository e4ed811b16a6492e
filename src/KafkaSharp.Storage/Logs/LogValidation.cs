using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Storage.Logs;

/// <summary>The validation rules that follow from a log's configuration.</summary>
internal static class LogValidation
{
    public static RecordValidationOptions OptionsOf(LogConfig config, TopicPartition partition)
    {
        (CompressionType? compression, int? level) = config.Get(TopicConfigs.CompressionType) switch
        {
            "uncompressed" => (CompressionType.None, null),
            "gzip" => (CompressionType.Gzip, config.Get(TopicConfigs.CompressionGzipLevel)),
            "snappy" => (CompressionType.Snappy, null),
            "lz4" => (CompressionType.Lz4, config.Get(TopicConfigs.CompressionLz4Level)),
            "zstd" => (CompressionType.Zstd, config.Get(TopicConfigs.CompressionZstdLevel)),
            _ => (default(CompressionType?), default(int?)),
        };
        return new RecordValidationOptions
        {
            TopicPartition = partition,
            TargetCompression = compression,
            CompressionLevel = compression == CompressionType.Gzip && level == -1 ? null : level,
            TimestampType = config.Get(TopicConfigs.MessageTimestampType) == "LogAppendTime" ? TimestampType.LogAppendTime
                : TimestampType.CreateTime,
            TimestampBeforeMaxMs = config.Get(TopicConfigs.MessageTimestampBeforeMaxMs),
            TimestampAfterMaxMs = config.Get(TopicConfigs.MessageTimestampAfterMaxMs),
            Compacted = config.IsCompact,
            MaxMessageBytes = config.MaxMessageSize,
        };
    }
}
