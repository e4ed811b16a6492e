using System.Text;

namespace KafkaSharp.Compression.Tests;

/// <summary>Streams written by other programs (the lz4, zstd and gzip commands) or taken from the snappy format description.</summary>
public sealed class ForeignStreamTests
{
    private static readonly byte[] Fox = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("the quick brown fox ", 20)));

    [TestCase(CompressionType.Lz4,
        "04224d186c4090010000000000005f20000000ff0574686520717569636b2062726f776e20666f78201400ff655020666f7820000000000abc8cfb",
        TestName = "lz4 with content size and content checksum")]
    [TestCase(CompressionType.Lz4, "04224d187040ad20000000ff0574686520717569636b2062726f776e20666f78201400ff655020666f78200d25d1a900000000",
        TestName = "lz4 with block checksums")]
    [TestCase(CompressionType.Lz4, "04224d186440a720000000ff0574686520717569636b2062726f776e20666f78201400ff655020666f7820000000000abc8cfb",
        TestName = "lz4 with blocks of 4 MB")]
    [TestCase(CompressionType.Zstd, "28b52ffd649000dd0000a074686520717569636b2062726f776e20666f78200100f24e9d4c4c0abf24",
        TestName = "zstd with a checksum")]
    [TestCase(CompressionType.Gzip,
        "1f8b080801b1016b0003652e747874002bc94855282ccd4cce56482aca2fcf5348cbaf502819151b30310024517da790010000",
        TestName = "gzip with a file name")]
    public void Is_read(CompressionType type, string hex) =>
        Assert.That(CodecTests.Decompress(type, Convert.FromHexString(hex), 1000), Is.EqualTo(Fox));

    // The blocks and checksums of an independent frame of "aaaaa", in pieces: flags, block sizes, checksum of the header, the rest.
    [TestCase("6440" + "a7", "0500008061616161610000000001020304", TestName = "lz4 with a wrong checksum of the content")]
    [TestCase("6040" + "82", "05000080616161616100000000" + "616263", TestName = "lz4 with bytes after the frame")]
    [TestCase("6040" + "82", "05000080616161616100000080", TestName = "lz4 whose end mark has the flag of uncompressed blocks")]
    public void An_lz4_frame_is_read_as_Kafka_reads_it(string header, string rest) =>
        Assert.That(
            CodecTests.Decompress(CompressionType.Lz4, Convert.FromHexString("04224d18" + header + rest), 100),
            Is.EqualTo("aaaaa"u8.ToArray()));

    [TestCase("4040" + "c0", "05000080616161616100000000", TestName = "lz4 with linked blocks")]
    [TestCase("6140" + "01020304" + "00", "05000080616161616100000000", TestName = "lz4 with a dictionary")]
    [TestCase("6240" + "00", "05000080616161616100000000", TestName = "lz4 with a reserved flag")]
    [TestCase("6440" + "a7", "05000080616161616100000000", TestName = "lz4 without the checksum of the content it declares")]
    [TestCase("6040" + "01", "05000080616161616100000000", TestName = "lz4 with a wrong checksum of the header")]
    [TestCase("6030" + "00", "05000080616161616100000000", TestName = "lz4 with blocks of 16 KB")]
    [TestCase("6040" + "82", "0100000000" + "05000080616161616100000000", TestName = "lz4 with an empty block, which Java cannot read")]
    public void An_lz4_frame_that_Kafka_refuses_is_refused(string header, string rest) =>
        Assert.That(
            () => CodecTests.Decompress(CompressionType.Lz4, Convert.FromHexString("04224d18" + header + rest), 100),
            Throws.TypeOf<CompressionException>());

    [TestCase("")]
    [TestCase("00000000")]
    [TestCase("78787878787878787878787878787878787878787878787878787878787878")]
    public void Gzip_members_are_one_stream_and_what_follows_is_ignored(string tail)
    {
        var member = CodecTests.Compress(CompressionType.Gzip, Fox);
        var empty = CodecTests.Compress(CompressionType.Gzip, []);
        byte[] stream = [.. empty, .. member, .. empty, .. member, .. Convert.FromHexString(tail)];
        Assert.That(CodecTests.Decompress(CompressionType.Gzip, stream, 1000), Is.EqualTo((byte[])[.. Fox, .. Fox]));
    }

    [Test]
    public void Streams_of_snappy_follow_one_another()
    {
        var stream = CodecTests.Compress(CompressionType.Snappy, Fox);
        var (header, blocks) = (stream[..16], stream[16..]);
        byte[] twice = [.. Fox, .. Fox];
        Assert.That(CodecTests.Decompress(CompressionType.Snappy, [.. stream, .. stream], 1000), Is.EqualTo(twice));
        Assert.That(CodecTests.Decompress(CompressionType.Snappy, [.. header, .. stream], 1000), Is.EqualTo(Fox));
        byte[] otherMagic = [.. header[..4], .. "xxxx"u8, .. header[8..]];
        Assert.That(
            CodecTests.Decompress(CompressionType.Snappy, [.. stream, .. otherMagic, .. blocks], 1000), Is.EqualTo(twice),
            "snappy-java skips it where it does not begin a read");
        Assert.That(
            () => CodecTests.Decompress(CompressionType.Snappy, [.. stream, .. header[..10]], 1000), Throws.TypeOf<CompressionException>());
        byte[] version0 = [.. header];
        version0[11] = 0;
        Assert.That(CodecTests.Decompress(CompressionType.Snappy, [.. version0, .. blocks], 1000), Is.EqualTo(Fox));
        Assert.That(
            () => CodecTests.Decompress(CompressionType.Snappy, [.. stream, .. version0, .. blocks], 1000),
            Throws.TypeOf<CompressionException>());
    }

    [Test]
    public void Two_zstd_frames_are_one_stream()
    {
        var frame = CodecTests.Compress(CompressionType.Zstd, Fox);
        Assert.That(CodecTests.Decompress(CompressionType.Zstd, [.. frame, .. frame], 1000), Is.EqualTo((byte[])[.. Fox, .. Fox]));
    }

    // zstd-jni reads 131,075 bytes at once. It takes the end of the source for that of the stream if a frame ended in the last piece.
    [TestCase(1_000, 5, true)]
    [TestCase(131_070, 5, true)]
    [TestCase(131_070, 6, false)]
    [TestCase(131_075, 5, false)]
    [TestCase(131_076, 5, true)]
    public void A_truncated_zstd_frame_may_end_a_stream(int complete, int truncated, bool isRead)
    {
        var frame = CodecTests.Compress(CompressionType.Zstd, Fox);
        const int header = 8;
        var padding = complete - frame.Length - header;
        byte[] skipped = [0x50, 0x2a, 0x4d, 0x18, .. BitConverter.GetBytes(padding), .. new byte[padding]];
        byte[] stream = [.. frame, .. skipped, .. frame[..truncated]];
        if (isRead)
            Assert.That(CodecTests.Decompress(CompressionType.Zstd, stream, 1000), Is.EqualTo(Fox));
        else
            Assert.That(() => CodecTests.Decompress(CompressionType.Zstd, stream, 1000), Throws.TypeOf<CompressionException>());
    }

    [TestCase("ffffffff", false)]
    [TestCase("00ffffff", true)]
    public void Almost_4_GB_to_be_skipped_are_refused(string size, bool isRead)
    {
        byte[] stream = [.. CodecTests.Compress(CompressionType.Zstd, Fox), .. Convert.FromHexString("502a4d18" + size + "616263")];
        if (isRead)
            Assert.That(CodecTests.Decompress(CompressionType.Zstd, stream, 1000), Is.EqualTo(Fox));
        else
            Assert.That(() => CodecTests.Decompress(CompressionType.Zstd, stream, 1000), Throws.TypeOf<CompressionException>());
    }

    [Test]
    public void Raw_snappy_without_framing_is_read()
    {
        // Length 11, a literal of 5 bytes, a copy of 5 bytes with offset 5 in the two-byte form, a literal of 1 byte.
        byte[] block = [11, 4 << 2, .. "kafka"u8, 1 | (1 << 2), 5, 0 << 2, (byte)'!'];
        Assert.That(CodecTests.Decompress(CompressionType.Snappy, block, 100), Is.EqualTo("kafkakafka!"u8.ToArray()));
    }

    [Test]
    public void An_overlapping_snappy_copy_repeats_itself()
    {
        byte[] block = [66, 1 << 2, (byte)'a', (byte)'b', 2 | (63 << 2), 2, 0];
        Assert.That(
            CodecTests.Decompress(CompressionType.Snappy, block, 100),
            Is.EqualTo(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("ab", 33)))));
    }

    [Test]
    public void The_wrong_header_checksum_of_old_lz4_clients_is_ignored_in_legacy_mode()
    {
        var frame = CodecTests.Compress(CompressionType.Lz4, Fox);
        frame[6] ^= 0xff;
        Assert.That(() => CodecTests.Decompress(CompressionType.Lz4, frame, 1000), Throws.TypeOf<CompressionException>());
        Assert.That(CodecTests.Decompress(CompressionCodecs.LegacyLz4, frame, 1000), Is.EqualTo(Fox));
        var withSize = Convert.FromHexString(
            "04224d186c4090010000000000005f20000000ff0574686520717569636b2062726f776e20666f78201400ff655020666f7820000000000abc8cfb");
        withSize[14] ^= 0xff;
        Assert.That(CodecTests.Decompress(CompressionCodecs.LegacyLz4, withSize, 1000), Is.EqualTo(Fox));
    }

    [Test]
    public void An_unfinished_lz4_frame_does_not_affect_the_next_one()
    {
        var withSize = Convert.FromHexString(
            "04224d186c4090010000000000005f20000000ff0574686520717569636b2062726f776e20666f78201400ff655020666f7820000000000abc8cfb");
        for (var length = 0; length < withSize.Length; length++)
        {
            Assert.That(() => CodecTests.Decompress(CompressionType.Lz4, withSize[..length], 1000), Throws.TypeOf<CompressionException>());
            Assert.That(() => CodecTests.Decompress(CompressionType.Lz4, withSize, 10), Throws.TypeOf<CompressionException>());
            Assert.That(CodecTests.Decompress(CompressionType.Lz4, CodecTests.Compress(CompressionType.Lz4, Fox), 1000), Is.EqualTo(Fox));
        }
    }
}
