using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Requests;

/// <summary>
/// A request whose entries the broker loops over: the API's name, with what is repeated in it, and the request with such entries.
/// </summary>
internal sealed record RequestShape(string Name, Func<Entries, RequestFrame> Make)
{
    public static IReadOnlyList<RequestShape> All { get; } =
        [.. DataRequests.All, .. GroupRequests.All, .. TopicRequests.All, .. ConfigRequests.All];

    public static RequestShape Of<TRequest, TResponse>(string name, short version, Func<Entries, TRequest> make)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse> =>
        new(name, entries => RequestFrame.Of<TRequest, TResponse>(make(entries), version));
}
