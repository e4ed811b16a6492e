using System.Net;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Metadata.Client;

/// <summary>On whose behalf a request is sent to the controller, and its time limit. Immutable.</summary>
/// <param name="Principal">The client's principal.</param>
/// <param name="Timeout">After this time the response is REQUEST_TIMED_OUT; the change may still happen. Null: no limit.</param>
public sealed record ControllerRequestContext(KafkaPrincipal Principal, TimeSpan? Timeout = null)
{
    /// <summary>The node itself, without a time limit.</summary>
    public static ControllerRequestContext Internal { get; } = new(KafkaPrincipal.Anonymous);

    /// <summary>
    /// The version of the client's request; null for a request of the node itself, which is in the highest stable version.
    /// </summary>
    public short? ApiVersion { get; init; }

    /// <summary>The client id of the client's request.</summary>
    public string? ClientId { get; init; }

    /// <summary>The address the client connected from; null for a request of the node itself.</summary>
    public IPAddress? ClientAddress { get; init; }
}
