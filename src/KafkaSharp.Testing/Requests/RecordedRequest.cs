using KafkaSharp.Protocol;

namespace KafkaSharp.Testing.Requests;

/// <summary>A request that a test broker has received from a client. Immutable.</summary>
/// <param name="Number">The position among all requests of the broker, from 0.</param>
/// <param name="Time">When it was received, by the broker's clock.</param>
/// <param name="Api">The API.</param>
/// <param name="Version">The version of the API.</param>
/// <param name="ClientId">The <c>client.id</c>; null for none.</param>
/// <param name="ConnectionId">The connection: a number unique in the process.</param>
/// <param name="Topics">The topics that it names.</param>
/// <param name="Groups">The groups that it names.</param>
public sealed record RecordedRequest(
    long Number,
    DateTimeOffset Time,
    ApiKey Api,
    short Version,
    string? ClientId,
    long ConnectionId,
    IReadOnlyList<RecordedTopic> Topics,
    IReadOnlyList<string> Groups)
{
    public override string ToString() =>
        $"{Number} {Api} v{Version} of {ClientId ?? "a client without an id"} {string.Join(" ", Topics)} {string.Join(" ", Groups)}"
            .TrimEnd();
}
