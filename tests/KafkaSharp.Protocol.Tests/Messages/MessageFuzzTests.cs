using System.Buffers.Binary;
using System.Reflection;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Broken frames: nothing but <see cref="ProtocolException"/> comes out, and no more memory is taken than the frame's size justifies.</summary>
sealed class MessageFuzzTests
{
    // An element of one byte may become an object with a list in it. The constant covers the message itself, the exception and its text.
    private const int BytesPerByte = 160;
    private const int Constant = 16 * 1024;

    private static readonly MessageVector[] s_vectors = [.. MessageVector.All().Where(v => v.Case is "full" or "random" or "unknown-tags")];

    [Test]
    public void Every_truncation_is_refused_or_read()
    {
        foreach (var vector in s_vectors.Where(v => v.Case == "full" && v.Version == MessageCodec.Of(v.Name).HighestVersion))
        {
            for (var length = 0; length < vector.Bytes.Length; length++)
                Attempt(vector, vector.Bytes[..length], $"truncated to {length}");
        }
    }

    [TestCase(20260101)]
    [TestCase(4351)]
    public void Every_mutation_is_refused_or_read(int seed)
    {
        var random = new Random(seed);
        foreach (var vector in s_vectors.Where(v => v.Bytes.Length != 0))
        {
            for (var round = 0; round < 12; round++)
                Attempt(vector, Mutate(vector.Bytes, random), $"seed {seed} round {round}");
        }
    }

    [Test]
    public void What_is_read_from_a_mutation_is_written_back_to_an_equal_message()
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
    public void An_array_of_absurd_length_takes_no_memory()
    {
        foreach (var length in new[] { int.MaxValue, int.MaxValue, 0x10000000, 70_000 })
        {
            var frame = new byte[64 * 1024];
            BinaryPrimitives.WriteInt32BigEndian(frame, length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var refused = false;
            try
            {
                MessageCodec.Of(nameof(MetadataRequest)).Decode(frame, 1);
            }
            catch (ProtocolException)
            {
                refused = true;
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Constant));
            Assert.That(refused, Is.True);
        }
    }

    private static IMessage? Attempt(MessageVector vector, byte[] frame, string how)
    {
        var codec = MessageCodec.Of(vector.Name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        IMessage? message = null;
        try
        {
            message = codec.Decode(frame, vector.Version).Message;
        }
        catch (ProtocolException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{vector} {how} {Convert.ToHexStringLower(frame)}: {e}");
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > Constant + (long)frame.Length * BytesPerByte)
            Assert.Fail($"{vector} {how}: {allocated} bytes allocated for a frame of {frame.Length}: {Convert.ToHexStringLower(frame)}");
        return message;
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

    // Tags out of order, or repeated, are read as Kafka reads them, and as in Kafka can't be written.
    private static bool HasBadTags(object value)
    {
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            switch (property.GetValue(value))
            {
                case List<RawTaggedField> tags when tags.Zip(tags.Skip(1)).Any(pair => pair.First.Tag >= pair.Second.Tag) || tags.Exists(t => t.Tag < 0):
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
