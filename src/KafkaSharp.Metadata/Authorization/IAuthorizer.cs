using System.Net;

namespace KafkaSharp.Metadata.Authorization;

/// <summary>
/// Decides what principals may do (Kafka's <c>Authorizer</c>). Called for every request, on any thread; must neither block nor throw.
/// </summary>
public interface IAuthorizer
{
    /// <summary>Whether every operation is allowed to every principal, so that callers need not check each resource.</summary>
    bool AllowsEverything { get; }

    bool IsAllowed(in AuthorizationRequest request);

    /// <summary>
    /// Whether the operation is allowed on any resource of the type, whatever its name (Kafka's <c>authorizeByResourceType</c>); the name
    /// in the request does not count.
    /// </summary>
    bool IsAllowedForSome(in AuthorizationRequest request);
}

/// <summary>One question to an <see cref="IAuthorizer"/>.</summary>
public readonly record struct AuthorizationRequest(
    KafkaPrincipal Principal, IPAddress ClientAddress, AclOperation Operation, ResourceType ResourceType, string ResourceName);
