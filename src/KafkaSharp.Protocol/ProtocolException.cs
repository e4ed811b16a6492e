namespace KafkaSharp.Protocol;

/// <summary>
/// The one exception of reading and writing Kafka's formats: bytes that are not the message they should be, or a message that can't be
/// written in the version asked for. <see cref="ErrorCode"/> says which: <see cref="ErrorCode.UnsupportedVersion"/> for versions (Kafka's
/// UnsupportedVersionException), else <see cref="ErrorCode.InvalidRequest"/>.
/// </summary>
public sealed class ProtocolException : Exception
{
    public ProtocolException(string message, ErrorCode errorCode = ErrorCode.InvalidRequest)
        : base(message) => ErrorCode = errorCode;

    public ProtocolException(string message, Exception inner)
        : base(message, inner) => ErrorCode = ErrorCode.InvalidRequest;

    public ErrorCode ErrorCode { get; }

    internal static ProtocolException VersionOutOfRange(string message, short version) =>
        new($"{message} has no version {version}", ErrorCode.UnsupportedVersion);

    internal static ProtocolException Unsupported(string field, short version) =>
        new($"Attempted to write a non-default {field} at version {version}", ErrorCode.UnsupportedVersion);

    internal static ProtocolException Null() => new("A field that can't be null in this version is null");
}
