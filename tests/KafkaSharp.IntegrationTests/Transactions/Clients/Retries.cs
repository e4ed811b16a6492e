using KafkaSharp.IntegrationTests.Transactions.Running;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>What a client has in the end of a request that it may have sent several times.</summary>
/// <param name="Response">The last response; null when the client gave up without one.</param>
/// <param name="Error">The error in it; NETWORK_EXCEPTION when there is none.</param>
/// <param name="IsAmbiguous">Whether an earlier sending may have been handled although its response is lost or an error.</param>
internal readonly record struct Result<TResponse>(TResponse? Response, ErrorCode Error, bool IsAmbiguous)
    where TResponse : class;

/// <summary>Sends the requests of one client, again where that is what clients do. A turn is taken for each sending.</summary>
internal sealed class Retries(Wire wire, Turns turns, int client) : IDisposable
{
    private const int MostSendings = 2000;

    /// <param name="request">The request.</param>
    /// <param name="version">Its version.</param>
    /// <param name="errorOf">The error in a response; of several the first.</param>
    /// <param name="retriesLate">Whether a request that may still arrive is sent again; otherwise the client gives up then.</param>
    public async Task<Result<TResponse>> SendAsync<TRequest, TResponse>(
        TRequest request, short version, Func<TResponse, ErrorCode> errorOf, bool retriesLate = true)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var isAmbiguous = false;
        for (var sending = 0; sending < MostSendings; sending++)
        {
            await turns.TakeAsync(client);
            var (response, fate) = await wire.TrySendAsync<TRequest, TResponse>(request, version);
            if (response is null)
            {
                isAmbiguous |= fate != Fate.RequestIsLost;
                if ((fate == Fate.ArrivesLate && !retriesLate) || turns.Chance(15))
                    return new(null, ErrorCode.NetworkException, isAmbiguous);
                continue;
            }
            var error = errorOf(response);
            if (!IsRetriable(error))
                return new(response, error, isAmbiguous);
            isAmbiguous |= error != ErrorCode.ConcurrentTransactions;
            turns.BackOff();
        }
        throw new TimeoutException($"{TRequest.ApiKey} is refused for ever");
    }

    public void Dispose() => wire.Dispose();

    private static bool IsRetriable(ErrorCode error) => error is ErrorCode.ConcurrentTransactions or ErrorCode.CoordinatorLoadInProgress
        or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator or ErrorCode.NotLeaderOrFollower or ErrorCode.NotEnoughReplicas
        or ErrorCode.UnknownTopicOrPartition or ErrorCode.RequestTimedOut or ErrorCode.UnstableOffsetCommit
        or ErrorCode.LeaderNotAvailable or ErrorCode.NetworkException;
}
