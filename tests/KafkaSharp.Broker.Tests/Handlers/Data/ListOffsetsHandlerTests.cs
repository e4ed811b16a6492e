using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Data;

/// <summary>
/// ListOffsets of a new leader whose followers have not confirmed yet what it has: the leader before may have shown consumers a higher high
/// watermark (KIP-207).
/// </summary>
internal sealed class ListOffsetsHandlerTests
{
    private const int Latest = -1;
    private const int Earliest = -2;
    private const int Largest = -3;

    private LeaderFixture _leader = null!;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture(1, 2);
        _leader.Append();
        _leader.Append();
    }

    [TearDown]
    public ValueTask Stop() => _leader.DisposeAsync();

    [TestCase((short)4, ErrorCode.LeaderNotAvailable)]
    [TestCase((short)5, ErrorCode.OffsetNotAvailable)]
    [TestCase((short)11, ErrorCode.OffsetNotAvailable)]
    public async Task What_is_beyond_the_high_watermark_is_not_available_before_it_reaches_the_epoch(short version, ErrorCode error)
    {
        Assert.That(await LookUpAsync(Latest, version), Is.EqualTo((ErrorCode.None, 0L)), "the epoch began with an empty log");
        BeginEpoch();
        Assert.That(await LookUpAsync(Latest, version), Is.EqualTo((error, -1L)));
        Assert.That(await LookUpAsync(0, version), Is.EqualTo((error, -1L)), "a record above the high watermark");
        Assert.That(await LookUpAsync(long.MaxValue, version), Is.EqualTo((error, -1L)), "no record");
        Assert.That(await LookUpAsync(Earliest, version), Is.EqualTo((ErrorCode.None, 0L)));
        Assert.That(await LookUpAsync(Latest, version, replica: 2), Is.EqualTo((ErrorCode.None, 2L)), "a follower, which has no limit");
        if (version >= 7)
            Assert.That(await LookUpAsync(Largest, version), Is.EqualTo((error, -1L)));

        _leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [1] });
        Assert.That(await LookUpAsync(Latest, version), Is.EqualTo((ErrorCode.None, 2L)));
        Assert.That(await LookUpAsync(0, version), Is.EqualTo((ErrorCode.None, 0L)));
        Assert.That(await LookUpAsync(long.MaxValue, version), Is.EqualTo((ErrorCode.None, -1L)));
    }

    [Test]
    public async Task What_is_below_it_is_found()
    {
        _leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [1] });
        _leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [1, 2] });
        _leader.Append();
        BeginEpoch();
        Assert.That(await LookUpAsync(Latest, 5), Is.EqualTo((ErrorCode.OffsetNotAvailable, -1L)));
        Assert.That(await LookUpAsync(0, 5), Is.EqualTo((ErrorCode.None, 0L)));
    }

    private void BeginEpoch() => _leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Leader = 1 });

    private async Task<(ErrorCode Error, long Offset)> LookUpAsync(long timestamp, short version, int replica = -1)
    {
        // The handler does not look at the session.
        var response = await new ListOffsetsHandler(_leader.Replicas).HandleAsync(
            new RequestContext(null!, ApiKey.ListOffsets, version, 1, null),
            new ListOffsetsRequest
            {
                ReplicaId = replica,
                Topics =
                [
                    new()
                    {
                        Name = "t",
                        Partitions = [new() { PartitionIndex = 0, Timestamp = timestamp, CurrentLeaderEpoch = -1 }],
                    },
                ],
            });
        var partition = response!.Topics[0].Partitions[0];
        return (partition.ErrorCode, partition.Offset);
    }
}
