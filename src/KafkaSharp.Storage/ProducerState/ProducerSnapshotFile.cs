using System.Buffers.Binary;
using System.Globalization;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The file <c>OFFSET.snapshot</c>: the producers of a log as all records below OFFSET leave them (Kafka's <c>ProducerSnapshot</c>, version
/// 1). int16 version, uint32 CRC-32C of what follows, int32 count, then 46 bytes a producer with its last batch only.
/// </summary>
public static class ProducerSnapshotFile
{
    public const string Suffix = ".snapshot";
    public const short Version = 1;

    private const int EntrySize = 46;
    private const int EntriesPosition = 10;
    private const int CrcPosition = 2;
    private const int CheckedPosition = 6;

    public static string NameOf(long offset) => offset.ToString("D20", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The offset in a snapshot's name; false for any other file.</summary>
    public static bool TryParseName(ReadOnlySpan<char> name, out long offset)
    {
        offset = 0;
        return name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(name[..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }

    public static byte[] Encode(IReadOnlyCollection<ProducerStateEntry> entries)
    {
        var bytes = new byte[EntriesPosition + (entries.Count * EntrySize)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(CheckedPosition), entries.Count);
        var position = EntriesPosition;
        foreach (var entry in entries)
        {
            var target = bytes.AsSpan(position, EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(target, entry.ProducerId);
            BinaryPrimitives.WriteInt16BigEndian(target[8..], entry.ProducerEpoch);
            BinaryPrimitives.WriteInt32BigEndian(target[10..], entry.LastSequence);
            BinaryPrimitives.WriteInt64BigEndian(target[14..], entry.LastDataOffset);
            BinaryPrimitives.WriteInt32BigEndian(target[22..], entry.LastOffsetDelta);
            BinaryPrimitives.WriteInt64BigEndian(target[26..], entry.LastTimestamp);
            BinaryPrimitives.WriteInt32BigEndian(target[34..], entry.CoordinatorEpoch);
            BinaryPrimitives.WriteInt64BigEndian(target[38..], entry.CurrentTransactionFirstOffset ?? -1);
            position += EntrySize;
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcPosition), Crc32C.Compute(bytes.AsSpan(CheckedPosition)));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are torn, of another version, or their CRC is wrong.</exception>
    public static List<ProducerStateEntry> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EntriesPosition)
            throw new InvalidDataException($"a producer snapshot of {bytes.Length} bytes is too short");
        if (BinaryPrimitives.ReadInt16BigEndian(bytes) is var version && version != Version)
            throw new InvalidDataException($"a producer snapshot of version {version}, which is not {Version}");
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcPosition..]) != Crc32C.Compute(bytes[CheckedPosition..]))
            throw new InvalidDataException("a producer snapshot whose CRC does not match");
        var count = BinaryPrimitives.ReadInt32BigEndian(bytes[CheckedPosition..]);
        if (count < 0 || (long)count * EntrySize != bytes.Length - EntriesPosition)
            throw new InvalidDataException($"a producer snapshot of {bytes.Length} bytes for {count} producers");
        var entries = new List<ProducerStateEntry>(count);
        for (var source = bytes[EntriesPosition..]; source.Length > 0; source = source[EntrySize..])
            entries.Add(ReadEntry(source));
        return entries;
    }

    public static List<ProducerStateEntry> Read(IFileSystem files, string path) => Decode(files.ReadAllBytes(path));

    /// <summary>Writes the file without a rename, as in Kafka. The CRC detects a torn file; recovery then uses the previous one.</summary>
    public static void Write(IFileSystem files, string path, IReadOnlyCollection<ProducerStateEntry> entries, bool flush)
    {
        using var file = files.OpenFile(path, StorageFileMode.Create);
        file.Write(0, Encode(entries));
        if (flush)
            file.Flush();
    }

    private static ProducerStateEntry ReadEntry(ReadOnlySpan<byte> source)
    {
        var lastOffset = BinaryPrimitives.ReadInt64BigEndian(source[14..]);
        var timestamp = BinaryPrimitives.ReadInt64BigEndian(source[26..]);
        var transactionFirstOffset = BinaryPrimitives.ReadInt64BigEndian(source[38..]);
        BatchMetadata? lastBatch = lastOffset < 0
            ? null
            : new BatchMetadata(
                BinaryPrimitives.ReadInt32BigEndian(source[10..]), lastOffset, BinaryPrimitives.ReadInt32BigEndian(source[22..]),
                timestamp);
        return ProducerStateEntry.Restore(
            BinaryPrimitives.ReadInt64BigEndian(source), BinaryPrimitives.ReadInt16BigEndian(source[8..]),
            BinaryPrimitives.ReadInt32BigEndian(source[34..]), timestamp,
            transactionFirstOffset >= 0 ? transactionFirstOffset : null, lastBatch);
    }
}
