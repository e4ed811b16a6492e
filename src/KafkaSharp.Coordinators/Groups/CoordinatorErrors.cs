using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>The error codes in a coordinator's responses for errors of its log.</summary>
internal static class CoordinatorErrors
{
    /// <summary>For an error of writing a group's metadata (Kafka's <c>appendGroupMetadataErrorToResponseError</c>).</summary>
    public static ErrorCode OfWrite(ErrorCode error) => error switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas or ErrorCode.RequestTimedOut => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError => ErrorCode.NotCoordinator,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidFetchSize => ErrorCode.UnknownServerError,
        _ => error,
    };

    /// <summary>For an error of a whole operation (Kafka's <c>CoordinatorOperationExceptionHelper</c>).</summary>
    public static ErrorCode OfOperation(ErrorCode error) =>
        error == ErrorCode.NetworkException ? ErrorCode.CoordinatorLoadInProgress : OfWrite(error);
}
