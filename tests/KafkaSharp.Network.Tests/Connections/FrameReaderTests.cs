using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Transports;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Connections;

public sealed class FrameReaderTests
{
    [Test]
    public async Task Frames_lie_in_one_piece_however_the_bytes_come([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        var frames = Enumerable.Range(0, 60).Select(_ => new byte[Size(random)]).ToList();
        frames.ForEach(random.NextBytes);
        var transport = new SplitTransport([.. frames.SelectMany(frame => RawClient.Framed(frame))], random);
        var reader = new FrameReader(transport, new BufferPool(), 100 << 20);

        foreach (var expected in frames)
            Assert.That((await NextAsync(reader)).Span.SequenceEqual(expected), $"{expected.Length} bytes");
        Assert.That((await reader.ReadAtLeastAsync(reader.Needed)).IsCompleted);
    }

    [Test]
    public async Task A_large_frame_is_received_into_its_own_buffer_and_only_its_head_is_moved()
    {
        var pool = new BufferPool();
        var transport = new SplitTransport([.. RawClient.Framed(new byte[50_000]), .. RawClient.Framed(new byte[50_000])], null);
        var reader = new FrameReader(transport, pool, 100 << 20);

        await NextAsync(reader);
        await NextAsync(reader);

        Assert.That(transport.Receives, Is.LessThanOrEqualTo(3), "head, rest with the next head, rest");
        Assert.That(reader.HeldBytes, Is.EqualTo(1024), "the buffer went back with the frame");
    }

    [Test]
    public async Task A_claim_alone_takes_no_memory()
    {
        var claim = new byte[1000];
        BinaryPrimitives.WriteInt32BigEndian(claim, 100 << 20);
        var reader = new FrameReader(new SplitTransport(claim, null), new BufferPool(), 100 << 20);

        await ReadToEndAsync(reader);

        Assert.That(reader.HeldBytes, Is.LessThanOrEqualTo(66 * 1024));
    }

    [Test]
    public async Task Memory_follows_what_was_received_and_not_what_was_claimed([Values(100_000, 3_000_000, 20_000_000)] int sent)
    {
        var claim = new byte[sent];
        BinaryPrimitives.WriteInt32BigEndian(claim, 100 << 20);
        var reader = new FrameReader(new SplitTransport(claim, null), new BufferPool(), 100 << 20);

        await ReadToEndAsync(reader);

        Assert.That(reader.HeldBytes, Is.LessThanOrEqualTo(4L * sent));
    }

    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(1001)]
    [TestCase(int.MaxValue)]
    public async Task Sizes_outside_of_the_limit_are_told(int size)
    {
        var claim = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(claim, size);
        var reader = new FrameReader(new SplitTransport(claim, null), new BufferPool(), 1000);
        await reader.ReadAtLeastAsync(reader.Needed);

        Assert.That(reader.TryReadFrame(out _), Is.EqualTo(FrameStatus.InvalidSize));
        Assert.That(reader.ClaimedBytes, Is.EqualTo(size));
    }

    [Test]
    public async Task Frames_that_were_taken_keep_their_bytes_and_return_their_memory_once([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        var frames = Enumerable.Range(0, 60).Select(_ => new byte[Size(random)]).ToList();
        frames.ForEach(random.NextBytes);
        var pool = new BufferPool();
        var reader = new FrameReader(new SplitTransport([.. frames.SelectMany(frame => RawClient.Framed(frame))], random), pool, 100 << 20);
        var taken = new List<(ReadOnlyMemory<byte> Frame, byte[] Expected, IDisposable Owner)>();

        foreach (var expected in frames)
        {
            ReadOnlyMemory<byte> frame;
            while (reader.TryReadFrame(out frame) != FrameStatus.Frame)
                await reader.FillAsync(reader.Needed);
            Assert.That(frame.Span.SequenceEqual(expected), $"{expected.Length} bytes");
            if (random.Next(2) == 0)
                taken.Add((frame, expected, reader.TakeFrame()));
            reader.FinishFrame();
        }

        foreach (var (frame, expected, owner) in taken)
        {
            Assert.That(frame.Span.SequenceEqual(expected), $"{expected.Length} bytes that were taken");
            var retained = pool.RetainedBytes;
            owner.Dispose();
            Assert.That(pool.RetainedBytes, Is.GreaterThan(retained));
            retained = pool.RetainedBytes;
            owner.Dispose();
            Assert.That(pool.RetainedBytes, Is.EqualTo(retained), "once");
        }
    }

    [Test]
    public async Task A_frame_is_taken_once_and_only_while_it_is_handled()
    {
        var reader = new FrameReader(
            new SplitTransport([.. RawClient.Framed([1]), .. RawClient.Framed([2])], null), new BufferPool(), 1000);
        await reader.FillAsync(10);

        Assert.That(() => reader.TakeFrame(), Throws.InvalidOperationException, "before a frame");
        reader.TryReadFrame(out _);
        using var owner = reader.TakeFrame();
        Assert.That(() => reader.TakeFrame(), Throws.InvalidOperationException, "twice");
        reader.FinishFrame();
        Assert.That(() => reader.TakeFrame(), Throws.InvalidOperationException, "behind a frame");
    }

    [Test]
    public async Task It_reads_as_any_pipe_reader_does()
    {
        var content = new byte[30_000];
        new Random(1).NextBytes(content);
        var reader = new FrameReader(new SplitTransport(content, new Random(2)), new BufferPool(), 100 << 20);
        var read = new List<byte>();

        while (true)
        {
            var result = await reader.ReadAsync();
            Assert.That(result.Buffer.IsSingleSegment);
            var taken = result.Buffer.Slice(0, (result.Buffer.Length + 1) / 2);
            read.AddRange(taken.ToArray());
            reader.AdvanceTo(taken.End, result.Buffer.End);
            if (result.IsCompleted && result.Buffer.Length == taken.Length)
                break;
        }

        Assert.That(read.ToArray().AsSpan().SequenceEqual(content));
    }

    private static int Size(Random random) => random.Next(4) switch
    {
        0 => random.Next(4),
        1 => random.Next(1010, 1040),
        2 => random.Next(20_000),
        _ => random.Next(300_000),
    };

    // Gives the frame's bytes as they were, so that finishing it (which overwrites them in debug builds) does no harm.
    private static async Task<ReadOnlyMemory<byte>> NextAsync(FrameReader reader)
    {
        ReadOnlyMemory<byte> frame;
        while (reader.TryReadFrame(out frame) != FrameStatus.Frame)
        {
            var result = await reader.ReadAtLeastAsync(reader.Needed);
            Assert.That(result.Buffer.Length, Is.GreaterThanOrEqualTo(reader.Needed), "the stream ended early");
        }
        var copy = frame.ToArray();
        reader.FinishFrame();
        return copy;
    }

    private static async Task ReadToEndAsync(FrameReader reader)
    {
        Assert.That(reader.TryReadFrame(out _), Is.EqualTo(FrameStatus.Incomplete));
        await reader.ReadAtLeastAsync(reader.Needed);
        Assert.That(reader.TryReadFrame(out _), Is.EqualTo(FrameStatus.Incomplete));
        Assert.That((await reader.ReadAtLeastAsync(reader.Needed)).IsCompleted);
    }

    // Hands out its content in pieces of random sizes, or as much as fits.
    private sealed class SplitTransport(byte[] content, Random? random) : Transport
    {
        private int _at;

        public int Receives { get; private set; }

        public override IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 1);

        public override IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 2);

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted)
        {
            Assert.That(buffer.Length, Is.GreaterThan(0));
            Receives++;
            var count = Math.Min(buffer.Length, content.Length - _at);
            if (random is not null && count > 0)
                count = random.Next(3) == 0 ? 1 : random.Next(1, count + 1);
            content.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return new(count);
        }

        public override ValueTask SendAsync(SendBatch batch) => throw new NotSupportedException();

        public override void ShutdownReceive()
        {
        }

        public override void ShutdownSend()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
