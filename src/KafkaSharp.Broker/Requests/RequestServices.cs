using KafkaSharp.Broker.Lanes;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Broker.Requests;

/// <summary>What all requests of a broker use. Immutable.</summary>
/// <param name="Lanes">Where work runs whose cost depends on the content of requests.</param>
/// <param name="Authorizer">What principals may do.</param>
/// <param name="Time">The clock of deadlines.</param>
public sealed record RequestServices(WorkLanes Lanes, IAuthorizer Authorizer, TimeProvider Time);
