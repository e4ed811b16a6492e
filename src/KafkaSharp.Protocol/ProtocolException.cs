namespace KafkaSharp.Protocol;

/// <summary>
/// The only exception of the message readers and writers: the bytes are not a valid message, or a message cannot be written in a version.
/// <see cref="ErrorCode"/> is <see cref="ErrorCode.UnsupportedVersion"/> for version errors (Kafka's <c>UnsupportedVersionException</c>),
/// otherwise <see cref="ErrorCode.InvalidRequest"/>.
/// </summary>
public sealed class ProtocolException : Exception
{
    public ProtocolException(string message, ErrorCode errorCode = ErrorCode.InvalidRequest)
        : base(message) => ErrorCode = errorCode;

    public ProtocolException(string message, Exception inner)
        : base(message, inner) => ErrorCode = ErrorCode.InvalidRequest;

    public ErrorCode ErrorCode { get; }

    public static ProtocolException VersionOutOfRange(string message, short version) =>
        new($"{message} has no version {version}", ErrorCode.UnsupportedVersion);

    internal static ProtocolException Unsupported(string field, short version) =>
        new($"Attempted to write a non-default {field} at version {version}", ErrorCode.UnsupportedVersion);

    internal static ProtocolException Null() => new("A field is null that is not nullable in this version");
}
