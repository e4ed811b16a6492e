using KafkaSharp.Broker.Lanes;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Broker.Requests;

/// <summary>The services that all requests of a broker use. Immutable.</summary>
/// <param name="Lanes">Runs work whose cost depends on the content of requests.</param>
/// <param name="Authorizer">Decides what principals may do.</param>
/// <param name="Time">The clock of deadlines.</param>
/// <param name="Interceptor">Stands before all handlers; null for none.</param>
public sealed record RequestServices(WorkLanes Lanes, IAuthorizer Authorizer, TimeProvider Time, IRequestInterceptor? Interceptor = null);
