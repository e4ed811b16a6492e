using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft.Tests.Snapshots;

[TestFixture]
public sealed class SnapshotNameTests
{
    [Test]
    public void A_name_is_formatted_and_parsed_like_Kafka()
    {
        Assert.That(SnapshotName.Format(new OffsetAndEpoch(200, 1)), Is.EqualTo("00000000000000000200-0000000001.checkpoint"));
        Assert.That(SnapshotName.TryParse("00000000000000000200-0000000001.checkpoint", out var id));
        Assert.That(id, Is.EqualTo(new OffsetAndEpoch(200, 1)));
    }

    [TestCase("bootstrap.checkpoint")]
    [TestCase("leader-epoch-checkpoint")]
    [TestCase("00000000000000000200-0000000001.checkpoint.part")]
    [TestCase("00000000000000000200-0000000001.checkpoint.deleted")]
    [TestCase("00000000000000000200x0000000001.checkpoint")]
    [TestCase("0000000000000000020x-0000000001.checkpoint")]
    public void Names_of_other_files_are_not_snapshots(string name) => Assert.That(SnapshotName.TryParse(name, out _), Is.False);
}
