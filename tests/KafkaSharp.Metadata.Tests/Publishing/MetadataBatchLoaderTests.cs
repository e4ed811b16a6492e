using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Metadata.Tests.Publishing;

internal sealed class MetadataBatchLoaderTests
{
    private MetadataBatchLoader _loader = new();
    private readonly List<MetadataImage> _images = [];
    private long _offset;

    [SetUp]
    public void Begin()
    {
        _loader = new MetadataBatchLoader();
        _images.Clear();
        _offset = 0;
    }

    [Test]
    public void A_batch_makes_an_image()
    {
        Load(Topic("a"), Topic("b"));
        Assert.That(_images.Single().Topics.ByName.Keys, Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(_images.Single().HighestOffset, Is.EqualTo(_offset - 1));
    }

    [Test]
    public void A_transaction_over_several_batches_shows_as_a_whole()
    {
        Load(new BeginTransactionRecord(), Topic("a"));
        Load(Topic("b"));
        Assert.That(_images, Is.Empty);
        Load(Topic("c"), new EndTransactionRecord());
        Assert.That(_images.Single().Topics.Count, Is.EqualTo(3));
    }

    [Test]
    public void An_aborted_transaction_leaves_nothing_but_what_was_before_it()
    {
        Load(Topic("before"), new BeginTransactionRecord(), Topic("within"));
        Load(Topic("too"), new AbortTransactionRecord(), Topic("after"));
        Assert.That(_images[^1].Topics.ByName.Keys, Is.EquivalentTo(new[] { "before", "after" }));
        Assert.That(_images.SelectMany(image => image.Topics.ByName.Keys), Does.Not.Contain("within").And.Not.Contain("too"));
    }

    [Test]
    public void Batches_that_come_together_make_one_image()
    {
        Load(Batch(Topic("a")), Batch(Topic("b")), Batch(new NoOpRecord()));
        Assert.That(_images.Single().Topics.Count, Is.EqualTo(2));
        Assert.That(_images.Single().HighestOffset, Is.EqualTo(2));
    }

    [Test]
    public void What_came_before_a_transaction_shows_without_it([Values] bool isNoChange)
    {
        Load(Batch(isNoChange ? new NoOpRecord() : Topic("a")), Batch(new BeginTransactionRecord(), Topic("within")));
        Assert.That(_images.Single().Provenance, Is.EqualTo(new MetadataProvenance(0, 1, 1000)));
        Assert.That(_images.Single().Topics.Count, Is.EqualTo(isNoChange ? 0 : 1));
        Load(Batch(new AbortTransactionRecord()));
        Assert.That(_images[^1].Topics.Count, Is.EqualTo(isNoChange ? 0 : 1));
    }

    [Test]
    public void An_end_without_a_beginning_is_a_fault() =>
        Assert.That(() => Load(new EndTransactionRecord()), Throws.TypeOf<MetadataException>());

    [Test]
    public void A_change_of_what_is_not_there_is_a_fault()
    {
        Assert.That(() => Load(new PartitionChangeRecord { TopicId = new Uuid(1, 2) }), Throws.TypeOf<MetadataException>());
        Assert.That(() => Load(new FenceBrokerRecord { Id = 4 }), Throws.TypeOf<MetadataException>());
        Assert.That(() => Load(new RemoveTopicRecord { TopicId = new Uuid(1, 2) }), Throws.TypeOf<MetadataException>());
    }

    private TopicRecord Topic(string name) =>
        new() { Name = name, TopicId = new Uuid(_offset + 1, name.GetHashCode(StringComparison.Ordinal)) };

    private void Load(params IRecordMessage[] messages) => Load(Batch(messages));

    private void Load(params CommittedBatch<MetadataRecord>[] batches) => _loader.Load(batches, (_, image, _) => _images.Add(image));

    private CommittedBatch<MetadataRecord> Batch(params IRecordMessage[] messages)
    {
        var batch = new CommittedBatch<MetadataRecord>(
            _offset, _offset + messages.Length - 1, 1, 1000, 100, [.. messages.Select(message => new MetadataRecord(message, 0))]);
        _offset += messages.Length;
        return batch;
    }
}
