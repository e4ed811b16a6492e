using System.Buffers.Binary;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Reads all entries of an index. The file may have been preallocated: zeros follow its entries.</summary>
internal static class IndexEntries
{
    /// <exception cref="DumpException">The name of the file is not an offset.</exception>
    public static List<OffsetPosition> Offsets(IStorageFile file)
    {
        var start = BaseOffset(file.Path);
        return Read(file, OffsetIndex.EntrySize, offsetAt: 0, entry => new OffsetPosition(
            start + BinaryPrimitives.ReadInt32BigEndian(entry), BinaryPrimitives.ReadInt32BigEndian(entry[sizeof(int)..])));
    }

    /// <exception cref="DumpException">The name of the file is not an offset.</exception>
    public static List<TimestampOffset> Times(IStorageFile file)
    {
        var start = BaseOffset(file.Path);
        return Read(file, TimeIndex.EntrySize, offsetAt: sizeof(long), entry => new TimestampOffset(
            BinaryPrimitives.ReadInt64BigEndian(entry), start + BinaryPrimitives.ReadInt32BigEndian(entry[sizeof(long)..])));
    }

    private static List<T> Read<T>(IStorageFile file, int entrySize, int offsetAt, Func<ReadOnlySpan<byte>, T> parse)
    {
        var bytes = new byte[file.Length];
        var rest = bytes.AsSpan(0, file.Read(0, bytes));
        var entries = new List<T>(rest.Length / entrySize);
        for (; rest.Length >= entrySize; rest = rest[entrySize..])
        {
            if (entries.Count > 0 && BinaryPrimitives.ReadInt32BigEndian(rest[offsetAt..]) == 0)
                break;
            entries.Add(parse(rest));
        }
        return entries;
    }

    private static long BaseOffset(string path) =>
        LogFileNames.TryParseOffset(path, out var offset) ? offset : throw new DumpException($"The name of {path} is not an offset");
}
