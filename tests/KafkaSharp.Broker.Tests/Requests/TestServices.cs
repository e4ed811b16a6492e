using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>
/// The services of a dispatcher under test: lanes with one thread at a time, and everything allowed unless the test says otherwise.
/// </summary>
internal static class TestServices
{
    public static RequestServices Create(IAuthorizer? authorizer = null, TimeProvider? time = null) =>
        new(new WorkLanes(TimeProvider.System, parallelism: 1), authorizer ?? AllowAllAuthorizer.Instance, time ?? TimeProvider.System);
}
