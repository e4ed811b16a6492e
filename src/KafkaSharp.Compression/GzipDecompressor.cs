using System.IO.Compression;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads a gzip stream like Java's <c>GZIPInputStream</c>: members that follow one another are one stream, and what follows the last one is
/// ignored. <see cref="GZipStream"/> reads compressed bytes only during <see cref="Read"/>.
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> does not distinguish a truncated stream from a complete one. So it gets a further member at the end, with bytes
/// that the client cannot know: they come out unless it was inside of a member, which is an error, or had ended before, by bytes that are
/// no member.
/// </remarks>
internal sealed unsafe class GzipDecompressor : Decompressor
{
    private const int SmallestStream = 18;

    private static readonly byte[] s_lastContent = Guid.NewGuid().ToByteArray();
    private static readonly byte[] s_lastMember = MemberOf(s_lastContent);

    private readonly SourceStream _source = new();
    private readonly GZipStream _stream;
    private bool _begun;
    private bool _ended;

    public GzipDecompressor() => _stream = new GZipStream(_source, CompressionMode.Decompress);

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        if (!_begun && source.Length < SmallestStream)
            throw new CompressionException("The gzip stream is too short");
        _begun = true;
        if (_ended)
            return 0;
        fixed (byte* start = source)
        {
            _source.Start = start;
            _source.Left = source.Length;
            try
            {
                var written = 0;
                while (written < destination.Length && _stream.Read(destination[written..]) is > 0 and var count)
                    written += count;
                if (written < destination.Length)
                    CheckEnd();
                source = source[^_source.Left..];
                return written;
            }
            catch (InvalidDataException e)
            {
                throw new CompressionException($"gzip: {e.Message}", e);
            }
            finally
            {
                _source.Start = null;
                _source.Left = 0;
            }
        }
    }

    public override void ReserveIn(IWorkTurn? turn) => _source.Turn = turn;

    public override void Dispose() => _stream.Dispose();

    private void CheckEnd()
    {
        _ended = true;
        Span<byte> content = stackalloc byte[s_lastContent.Length + 1];
        _source.LastMember = s_lastMember;
        var length = _stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        if (_source.LastMember.IsEmpty && !content[..length].SequenceEqual(s_lastContent))
            throw new CompressionException("The gzip stream is truncated");
    }

    private static byte[] MemberOf(byte[] content)
    {
        var member = new MemoryStream();
        using (var stream = new GZipStream(member, CompressionMode.Compress))
            stream.Write(content);
        return member.ToArray();
    }

    /// <summary>The compressed bytes of the current read.</summary>
    private sealed class SourceStream : Stream
    {
        public byte* Start { get; set; }
        public int Left { get; set; }

        /// <summary>Is checked in with before each read, since a long stream may have no content.</summary>
        public IWorkTurn? Turn { get; set; }

        /// <summary>What follows the bytes; empty once it was read.</summary>
        public ReadOnlyMemory<byte> LastMember { get; set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (Left == 0)
                return ReadLastMember(buffer);
            Turn?.CheckIn();
            var count = Math.Min(buffer.Length, Left);
            new ReadOnlySpan<byte>(Start, count).CopyTo(buffer);
            Start += count;
            Left -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        private int ReadLastMember(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, LastMember.Length);
            LastMember.Span[..count].CopyTo(buffer);
            LastMember = LastMember[count..];
            return count;
        }

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
