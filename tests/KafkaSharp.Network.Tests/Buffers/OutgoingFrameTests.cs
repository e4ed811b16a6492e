using System.Buffers;
using System.Buffers.Binary;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Tests.Transports;

namespace KafkaSharp.Network.Tests.Buffers;

public sealed class OutgoingFrameTests
{
    [Test]
    public void A_frame_that_grows_past_its_limit_is_refused_and_gives_its_memory_back()
    {
        var piece = new byte[1 << 20];
        var frame = OutgoingFrame.Rent();

        Assert.That(() => WriteForEver(frame, piece), Throws.TypeOf<FrameTooLargeException>());
        Assert.That(frame.Length, Is.GreaterThan(OutgoingFrame.MaxCopiedBytes / 2).And.LessThanOrEqualTo(OutgoingFrame.MaxCopiedBytes));
        frame.Dispose();

        using var next = OutgoingFrame.Rent();
        next.Write(piece);
        Assert.That(next.ToArray(), Has.Length.EqualTo(piece.Length + 4));
    }

    [Test, NonParallelizable]
    public void Large_frames_are_limited_together_and_small_ones_are_not()
    {
        var limit = OutgoingFrame.MaxLargeBytes;
        var large = new byte[10 << 20];
        OutgoingFrame.MaxLargeBytes = 8 << 20;
        try
        {
            var first = OutgoingFrame.Rent();
            first.Write(large);
            using (var second = OutgoingFrame.Rent())
                Assert.That(() => second.Write(large), Throws.TypeOf<FrameTooLargeException>());
            using (var small = OutgoingFrame.Rent())
                small.Write(large.AsSpan(0, 3 << 20));
            first.Dispose();
            using var third = OutgoingFrame.Rent();
            third.Write(large);
        }
        finally
        {
            OutgoingFrame.MaxLargeBytes = limit;
        }
    }

    [Test]
    public void Borrowed_records_do_not_count_against_the_limit()
    {
        using var frame = OutgoingFrame.Rent();
        var records = new byte[16 << 20];

        for (var i = 0; i < 10; i++)
            frame.WriteRecords(records);

        Assert.That(frame.Length, Is.EqualTo(10L * records.Length));
    }

    [Test]
    public void The_length_prefix_counts_what_was_written()
    {
        using var frame = OutgoingFrame.Rent();
        frame.Write("abc"u8);

        Assert.That(frame.ToArray(), Is.EqualTo(new byte[] { 0, 0, 0, 3, (byte)'a', (byte)'b', (byte)'c' }));
        Assert.That(frame.Length, Is.EqualTo(3));
    }

    [Test]
    public void An_empty_frame_is_a_prefix_of_zero()
    {
        using var frame = OutgoingFrame.Rent();

        Assert.That(frame.ToArray(), Is.EqualTo(new byte[4]));
    }

    [Test]
    public void Small_records_are_copied_and_large_ones_referenced()
    {
        using var frame = OutgoingFrame.Rent();
        var small = new byte[OutgoingFrame.CopiedRecordsBytes];
        var large = new byte[OutgoingFrame.CopiedRecordsBytes + 1];
        frame.Write("a"u8);
        frame.WriteRecords(small);
        frame.Write("b"u8);
        frame.WriteRecords(large);
        frame.Write("c"u8);
        frame.Complete();
        small[0] = large[0] = 1;

        var whole = frame.ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(whole), Is.EqualTo(3 + small.Length + large.Length));
            Assert.That(whole[5], Is.Zero, "a copy does not change");
            Assert.That(whole[6 + small.Length], Is.EqualTo(1), "what is referenced does");
            Assert.That(whole[^1], Is.EqualTo((byte)'c'));
            Assert.That(frame.SegmentList.Any(segment => segment.Length == large.Length));
        });
    }

    // They are lent to save memory, and a copy would read the mapping.
    [Test]
    public void Small_records_of_a_file_are_referenced()
    {
        using var frame = OutgoingFrame.Rent();
        var shown = new byte[10];
        frame.Write("a"u8);
        frame.WriteRecords(new ShownFile(-1, shown).Memory);
        frame.Write("c"u8);
        shown[0] = 1;

        Assert.That(frame.ToArray()[4..], Is.EqualTo("a\u0001\0\0\0\0\0\0\0\0\0c"u8.ToArray()));
    }

    [Test]
    public void Writing_across_chunks_keeps_every_byte([Values(1, 511, 4095, 4096, 70_000)] int piece)
    {
        using var frame = OutgoingFrame.Rent();
        var expected = new byte[300_000];
        new Random(piece).NextBytes(expected);
        for (var at = 0; at < expected.Length; at += piece)
        {
            var part = expected.AsSpan(at, Math.Min(piece, expected.Length - at));
            part.CopyTo(frame.GetSpan(part.Length));
            frame.Advance(part.Length);
        }

        Assert.That(frame.ToArray().AsSpan(4).SequenceEqual(expected));
    }

    [Test]
    public void Leases_are_given_back_once_however_often_it_is_disposed()
    {
        var disposals = 0;
        var frame = OutgoingFrame.Rent();
        frame.AddLease(new Lease(() => disposals++));
        frame.Dispose();
        frame.Dispose();

        Assert.That(disposals, Is.EqualTo(1));
    }

    [Test]
    public void A_rented_frame_is_empty_whatever_it_held_before()
    {
        var frame = OutgoingFrame.Rent();
        frame.Write(new byte[10_000]);
        frame.WriteRecords(new byte[10_000]);
        frame.ClosesConnection = true;
        frame.Complete();
        frame.Dispose();

        using var next = OutgoingFrame.Rent();

        Assert.That((next.Length, next.ClosesConnection, next.ToArray().Length), Is.EqualTo((0L, false, 4)));
    }

    [Test]
    public void A_batch_is_advanced_across_frames_and_inside_of_pieces()
    {
        var batch = new SendBatch();
        batch.Add(DelegateHandler.FrameOf("abcdef"u8));
        batch.Add(DelegateHandler.FrameOf("ghi"u8));
        var all = batch.Segments.ToArray().SelectMany(segment => segment.ToArray()).ToArray();

        var taken = new List<byte>();
        for (var step = 1; !batch.IsEmpty; step++)
        {
            var count = (int)Math.Min(step, batch.Bytes);
            taken.AddRange(batch.Segments.ToArray().SelectMany(segment => segment.ToArray()).Take(count));
            batch.Advance(count);
        }

        Assert.That(taken, Is.EqualTo(all));
        batch.Clear();
    }

    private sealed class Lease(Action disposed) : IDisposable
    {
        public void Dispose() => disposed();
    }

    private static void WriteForEver(OutgoingFrame frame, byte[] piece)
    {
        while (true)
            frame.Write(piece);
    }
}
