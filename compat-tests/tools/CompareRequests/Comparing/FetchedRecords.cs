using System.Buffers.Binary;

namespace CompareRequests.Comparing;

/// <summary>Batches of a fetch without what legitimately differs: producer ids, and the times of markers.</summary>
internal static class FetchedRecords
{
    private const int Overhead = 61;
    private const int ControlAttribute = 32;

    public static byte[] Normalize(byte[] records)
    {
        byte[] copy = [.. records];
        for (var rest = copy.AsSpan(); rest.Length >= Overhead && rest[16] == 2;)
        {
            var size = 12 + BinaryPrimitives.ReadInt32BigEndian(rest[8..]);
            if (size < Overhead)
                break;
            // The checksum covers what follows.
            rest.Slice(17, 4).Clear();
            if (BinaryPrimitives.ReadInt64BigEndian(rest[43..]) > 0)
                rest.Slice(43, 8).Fill(1);
            if ((rest[22] & ControlAttribute) != 0)
                rest.Slice(27, 16).Clear();
            rest = rest[Math.Min(size, rest.Length)..];
        }
        return copy;
    }
}
