using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>Allows what a delegate allows.</summary>
internal sealed class DelegateAuthorizer(Func<AuthorizationRequest, bool> allows) : IAuthorizer
{
    public bool AllowsEverything => false;

    public bool IsAllowed(in AuthorizationRequest request) => allows(request);

    public bool IsAllowedForSome(in AuthorizationRequest request) => allows(request);
}
