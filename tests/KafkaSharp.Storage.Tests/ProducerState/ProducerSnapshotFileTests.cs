using System.Text.Json;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Storage.Tests.ProducerState;

public sealed class ProducerSnapshotFileTests
{
    [Test]
    public void Snapshots_of_genuine_directories_are_written_as_they_were_read()
    {
        var (files, producers) = (0, 0);
        foreach (var stage in LogDirVectors.All)
        {
            foreach (var file in LogDirVectors.Files(stage, ProducerSnapshotFile.Suffix))
            {
                var name = $"{stage}/{file.GetProperty("file")}";
                var hex = file.GetProperty("hex").GetString()!;
                var entries = ProducerSnapshotFile.Decode(Convert.FromHexString(hex));
                Assert.That(Convert.ToHexStringLower(ProducerSnapshotFile.Encode(entries)), Is.EqualTo(hex), name);
                Assert.That(entries.Select(Describe), Is.EqualTo(
                    file.GetProperty("decoded").GetProperty("producerEntries").EnumerateArray().Select(Describe)), name);
                files++;
                producers += entries.Count;
            }
        }
        Assert.That(files, Is.GreaterThan(200));
        Assert.That(producers, Is.GreaterThan(50));
    }

    [Test]
    public void A_torn_or_changed_snapshot_is_refused()
    {
        var entry = ProducerStateEntry.Restore(7, 3, 1, 1000, 5, new BatchMetadata(9, 12, 4, 1000));
        var bytes = ProducerSnapshotFile.Encode([entry]);
        Assert.That(ProducerSnapshotFile.Decode(bytes), Has.Count.EqualTo(1));
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(() => ProducerSnapshotFile.Decode(bytes.AsSpan(0, length)), Throws.TypeOf<InvalidDataException>());
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x40;
            Assert.That(() => ProducerSnapshotFile.Decode(bytes), Throws.TypeOf<InvalidDataException>());
            bytes[i] ^= 0x40;
        }
    }

    [TestCase("00000000000000000042.snapshot", 42L)]
    [TestCase("00000000000000000042.snapshot.deleted", null)]
    [TestCase("00000000000000000042.log", null)]
    [TestCase("x.snapshot", null)]
    public void The_name_is_the_offset(string name, long? offset)
    {
        Assert.That(ProducerSnapshotFile.TryParseName(name, out var parsed) ? parsed : (long?)null, Is.EqualTo(offset));
        if (offset is { } known)
            Assert.That(ProducerSnapshotFile.NameOf(known), Is.EqualTo(name));
    }

    internal static string Describe(ProducerStateEntry entry) =>
        $"{entry.ProducerId} {entry.ProducerEpoch} {entry.LastSequence} {entry.LastDataOffset} {entry.LastOffsetDelta} " +
        $"{entry.LastTimestamp} "
        + $"{entry.CoordinatorEpoch} {entry.CurrentTransactionFirstOffset ?? -1}";

    internal static string Describe(JsonElement entry) => string.Join(' ', new[]
    {
        "producerId", "epoch", "lastSequence", "lastOffset", "offsetDelta", "timestamp", "coordinatorEpoch", "currentTxnFirstOffset",
    }.Select(name => entry.GetProperty(name).GetRawText()));
}
