using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>
/// A client's connection over a <see cref="FaultyNetwork"/>; it is opened again after a fault. For one request at a time.
/// </summary>
internal sealed class Wire(FaultyNetwork network) : IDisposable
{
    private RawClient? _connection;

    /// <summary>Sends a request and gives its response; null when it is not known whether the broker has handled the request.</summary>
    public async Task<(TResponse? Response, Fate Fate)> TrySendAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var fate = network.NextFate();
        if (fate == Fate.ArrivesLate)
            network.Delay(RawClient.Request(request, version));
        if (fate is Fate.ArrivesLate or Fate.RequestIsLost)
        {
            Disconnect();
            return (null, fate);
        }
        try
        {
            _connection ??= await RawClient.ConnectAsync(network.EndPoint);
            var response = await _connection.SendAsync<TRequest, TResponse>(request, version);
            if (fate == Fate.Arrives)
                return (response, fate);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The broker crashed.
        }
        Disconnect();
        return (null, Fate.ResponseIsLost);
    }

    public void Dispose() => Disconnect();

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
