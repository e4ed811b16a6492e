using KafkaSharp.Broker.Lifecycle;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Lifecycle;

/// <summary>Which partitions a start waits for.</summary>
internal sealed class LeadershipWaitTests
{
    private static readonly Uuid s_directory = new(7, 1);

    [TestCase(1, 1, true, ExpectedResult = 0, TestName = "One that is led is done")]
    [TestCase(-1, 1, true, ExpectedResult = 1, TestName = "One that this broker can lead is waited for")]
    [TestCase(-1, 1, false, ExpectedResult = 0, TestName = "One in a failed directory is not")]
    [TestCase(-1, 2, true, ExpectedResult = 0, TestName = "One that is in sync elsewhere only is not")]
    public int Leaderless(int leader, int isr, bool online)
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        void Replay(IRecordMessage message, short version) => delta.Replay(new MetadataRecord(message, version));
        Replay(new FeatureLevelRecord { Name = "metadata.version", FeatureLevel = 30 }, 0);
        Replay(new RegisterBrokerRecord { BrokerId = 1, BrokerEpoch = 3, LogDirs = [online ? s_directory : new Uuid(7, 2)] }, 3);
        Replay(new TopicRecord { Name = "t", TopicId = new(1, 1) }, 0);
        Replay(new PartitionRecord
        {
            TopicId = new(1, 1), PartitionId = 0, Replicas = [1, 2], Isr = [isr], Leader = leader, LeaderEpoch = 0, PartitionEpoch = 0,
            Directories = [s_directory, new Uuid(8, 1)],
        }, 2);
        var image = delta.Apply(MetadataProvenance.Empty);
        return LeadershipWait.Leaderless(image, image.Cluster.Broker(1)!).Count;
    }
}
