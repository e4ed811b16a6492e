namespace KafkaSharp.Metadata.Authorization;

/// <summary>The authorizer of a cluster without <c>authorizer.class.name</c>: everything is allowed.</summary>
public sealed class AllowAllAuthorizer : IAuthorizer
{
    public static AllowAllAuthorizer Instance { get; } = new();

    public bool AllowsEverything => true;

    public bool IsAllowed(in AuthorizationRequest request) => true;

    public bool IsAllowedForSome(in AuthorizationRequest request) => true;
}
