using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Transactions;

/// <summary>Version 6 of InitProducerId (KIP-939), which is not stable in Kafka 4.3.</summary>
internal sealed class UnstableInitProducerIdTests
{
    [TestCase("false", (short)5)]
    [TestCase("true", (short)6)]
    public async Task It_is_served_only_if_unstable_versions_are(string enabled, short highest)
    {
        await using var node = await TestNode.StartAsync(("unstable.api.versions.enable", enabled));
        var versions = await node.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0);
        Assert.That(
            versions.ApiKeys.Single(api => api.ApiKey == (short)ApiKey.InitProducerId).MaxVersion, Is.EqualTo(highest));
    }

    [TestCase(false, false, false, ErrorCode.None)]
    [TestCase(false, true, false, ErrorCode.TransactionalIdAuthorizationFailed)]
    [TestCase(true, true, false, ErrorCode.None)]
    [TestCase(true, false, true, ErrorCode.UnsupportedVersion)]
    [TestCase(true, true, true, ErrorCode.UnsupportedVersion)]
    public async Task Two_phases_need_the_config_and_nothing_is_kept(bool isEnabled, bool twoPhases, bool keeps, ErrorCode expected)
    {
        await using var node = await TestNode.StartAsync(
            ("unstable.api.versions.enable", "true"), ("transaction.two.phase.commit.enable", isEnabled ? "true" : "false"));
        await node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = ["x"] }, 6);
        InitProducerIdResponse response;
        do
        {
            response = await node.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest
                {
                    TransactionalId = "x", TransactionTimeoutMs = 1000, Enable2Pc = twoPhases, KeepPreparedTxn = keeps,
                },
                6);
        }
        while (response.ErrorCode is ErrorCode.CoordinatorLoadInProgress or ErrorCode.NotCoordinator);
        Assert.That(response.ErrorCode, Is.EqualTo(expected));
        Assert.That(
            (response.OngoingTxnProducerId, response.OngoingTxnProducerEpoch), Is.EqualTo((-1L, (short)-1)), "no transaction is kept");
    }
}
