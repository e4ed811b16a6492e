using KafkaSharp.Protocol;

namespace KafkaSharp.Testing;

/// <summary>
/// A test broker refused an operation of the test (<see cref="ErrorCode"/> is Kafka's error), or something that the test waits for did not
/// happen (<see cref="ErrorCode.None"/>). The message says what was asked for and what is there.
/// </summary>
public sealed class KafkaTestException : Exception
{
    public KafkaTestException(string message)
        : base(message)
    {
    }

    public KafkaTestException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    public KafkaTestException(string operation, ErrorCode error, string? detail = null)
        : base($"{operation}: {error.Name()}{(string.IsNullOrEmpty(detail) ? "" : $": {detail}")}") => ErrorCode = error;

    /// <summary>Kafka's error; <see cref="ErrorCode.None"/> where no request was refused.</summary>
    public ErrorCode ErrorCode { get; }

    internal static void ThrowIf(string operation, ErrorCode error, string? detail = null)
    {
        if (error != ErrorCode.None)
            throw new KafkaTestException(operation, error, detail);
    }
}
