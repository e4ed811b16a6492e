using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>The rules of Kafka's <c>throwIfConsumerGroupHeartbeatRequestIsInvalid</c>.</summary>
internal sealed class HeartbeatValidationTests
{
    private static readonly string[] _assignors = ["uniform", "range"];

    [Test]
    public void A_request_is_refused_with_the_first_rule_that_it_breaks()
    {
        Assert.Multiple(() =>
        {
            Check(request => request.MemberId = "", "MemberId can't be empty.");
            Check(request => request.MemberId = "", null, version: 0);
            Check(request => (request.MemberId, request.MemberEpoch) = ("", 1), "MemberId can't be empty.", version: 0);
            Check(request => (request.MemberId, request.MemberEpoch) = ("", -1), "MemberId can't be empty.", version: 0);
            Check(request => request.GroupId = " ", "GroupId can't be empty.");
            Check(request => request.InstanceId = "", "InstanceId can't be empty.");
            Check(request => request.RackId = "", "RackId can't be empty.");
            Check(request => request.RebalanceTimeoutMs = -1, "RebalanceTimeoutMs must be provided in first request.");
            Check(request => request.TopicPartitions = null, "TopicPartitions must be empty when (re-)joining.");
            Check(request => request.TopicPartitions = [new()], "TopicPartitions must be empty when (re-)joining.");
            Check(
                request => request.SubscribedTopicNames = null,
                "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
            Check(request => request.MemberEpoch = -2, "InstanceId can't be null.");
            Check(request => request.MemberEpoch = -3, "MemberEpoch is invalid.");
            Check(_ => { }, null);
            Check(request => request.MemberEpoch = 5, null);
            Check(
                request => request.ServerAssignor = "nope",
                "ServerAssignor nope is not supported. Supported assignors: uniform, range.", ErrorCode.UnsupportedAssignor);
        });
    }

    private static void Check(
        Action<ConsumerGroupHeartbeatRequest> change, string? message, ErrorCode error = ErrorCode.InvalidRequest, short version = 1)
    {
        var request = new ConsumerGroupHeartbeatRequest
        {
            GroupId = "g", MemberId = "m", RebalanceTimeoutMs = 1, SubscribedTopicNames = [], TopicPartitions = [],
        };
        change(request);
        var result = HeartbeatValidation.Check(request, version, _assignors);
        Assert.That(result?.Message, Is.EqualTo(message));
        if (message is not null)
            Assert.That(result!.ErrorCode, Is.EqualTo(error));
    }
}
