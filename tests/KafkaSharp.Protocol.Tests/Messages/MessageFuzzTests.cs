using System.Buffers.Binary;
using System.Reflection;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>
/// Corrupt frames cause no exception other than <see cref="ProtocolException"/>, and allocate no more memory than the size of the frame
/// justifies.
/// </summary>
internal sealed class MessageFuzzTests
{
    // An element of one byte may become an object that contains a list. The constant is for the message, the exception and its text.
    private const int BytesPerByte = 160;
    private const int Constant = 16 * 1024;

    private static readonly MessageVector[] s_vectors = [.. MessageVector.All().Where(v => v.Case is "full" or "random" or "unknown-tags")];

    [Test]
    public void Every_truncated_frame_is_refused_or_read()
    {
        foreach (var vector in s_vectors.Where(v => v.Case == "full" && v.Version == MessageCodec.Of(v.Name).HighestVersion))
        {
            for (var length = 0; length < vector.Bytes.Length; length++)
                Attempt(vector, vector.Bytes[..length], $"truncated to {length}");
        }
    }

    [TestCase(20260101)]
    [TestCase(4351)]
    public void Every_mutated_frame_is_refused_or_read(int seed)
    {
        var random = new Random(seed);
        foreach (var vector in s_vectors.Where(v => v.Bytes.Length != 0))
        {
            for (var round = 0; round < 12; round++)
                Attempt(vector, Mutate(vector.Bytes, random), $"seed {seed} round {round}");
        }
    }

    [Test]
    public void A_message_read_from_a_mutated_frame_survives_a_round_trip()
    {
        var random = new Random(17);
        var checkedCount = 0;
        foreach (var vector in s_vectors.Where(v => v.Bytes.Length != 0))
        {
            if (Attempt(vector, Mutate(vector.Bytes, random), "write back") is not { } message || HasBadTags(message))
                continue;
            var codec = MessageCodec.Of(vector.Name);
            var once = MessageCodec.Encode(message, vector.Version);
            var twice = MessageCodec.Encode(codec.Decode(once, vector.Version).Message, vector.Version);
            Assert.That(twice, Is.EqualTo(once), vector.ToString());
            checkedCount++;
        }
        Assert.That(checkedCount, Is.GreaterThan(200));
    }

    [Test]
    public void An_array_with_an_absurd_length_allocates_no_memory()
    {
        foreach (var length in new[] { int.MaxValue, int.MaxValue, 0x10000000, 70_000 })
        {
            var frame = new byte[64 * 1024];
            BinaryPrimitives.WriteInt32BigEndian(frame, length);
            var refused = false;
            var allocated = Allocated(Constant, () => refused = TryDecode(MessageCodec.Of(nameof(MetadataRequest)), frame, 1) is null);
            Assert.That(allocated, Is.LessThanOrEqualTo(Constant));
            Assert.That(refused, Is.True);
        }
    }

    private static IMessage? Attempt(MessageVector vector, byte[] frame, string how)
    {
        var codec = MessageCodec.Of(vector.Name);
        IMessage? message = null;
        var limit = Constant + (long)frame.Length * BytesPerByte;
        try
        {
            var allocated = Allocated(limit, () => message = TryDecode(codec, frame, vector.Version));
            if (allocated > limit)
            {
                Assert.Fail(
                    $"{vector} {how}: {allocated} bytes allocated for a frame of {frame.Length}: {Convert.ToHexStringLower(frame)}");
            }
        }
        catch (Exception e) when (e is not AssertionException)
        {
            Assert.Fail($"{vector} {how} {Convert.ToHexStringLower(frame)}: {e}");
        }
        return message;
    }

    private static IMessage? TryDecode(MessageCodec codec, byte[] frame, short version)
    {
        try
        {
            return codec.Decode(frame, version).Message;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    // The action allocates the same amount in each run. The runtime allocates on the current thread only once, for example when its caches
    // of casts and generic calls grow: 33 KB were observed while decoding allocates 1 KB.
    private static long Allocated(long limit, Action action)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5 && least > limit; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(random.Next(1, 6), bytes.Length - at)).Fill((byte)(random.Next(2) == 0 ? 0xff : 0x7f));
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[(at + 1)..], 0];
                    break;
                default:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
            }
        }
        return bytes;
    }

    // As in Kafka, unordered or repeated tags can be read but not written.
    private static bool HasBadTags(object value)
    {
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            switch (property.GetValue(value))
            {
                case List<RawTaggedField> tags when tags.Zip(tags.Skip(1)).Any(pair => pair.First.Tag >= pair.Second.Tag)
                    || tags.Exists(t => t.Tag < 0):
                    return true;
                case System.Collections.IEnumerable list and not string and not byte[]:
                    if (list.Cast<object?>().Any(item => item?.GetType() is { IsNested: true } && HasBadTags(item)))
                        return true;
                    break;
                case { } nested when nested.GetType().IsNested && HasBadTags(nested):
                    return true;
            }
        }
        return false;
    }
}
