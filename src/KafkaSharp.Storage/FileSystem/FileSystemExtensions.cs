namespace KafkaSharp.Storage.FileSystem;

/// <summary>Reads and replaces small files as a whole: checkpoints, snapshots, properties.</summary>
public static class FileSystemExtensions
{
    extension(IFileSystem files)
    {
        /// <summary>Reads all bytes of a file.</summary>
        /// <exception cref="IOException">The file is longer than <paramref name="maxLength"/> or cannot be read.</exception>
        public byte[] ReadAllBytes(string path, int maxLength = 256 << 20)
        {
            using var file = files.OpenFile(path, StorageFileMode.Open);
            if (file.Length > maxLength)
                throw new IOException($"{path} has {file.Length} bytes, which exceeds the limit of {maxLength}");
            var bytes = new byte[file.Length];
            var read = file.Read(0, bytes);
            return read == bytes.Length ? bytes : bytes[..read];
        }

        /// <summary>Renames a file, if it exists and has another name.</summary>
        public void RenameIfExists(string from, string to)
        {
            if (from != to && files.FileExists(from))
                files.Rename(from, to);
        }

        /// <summary>
        /// Replaces a file atomically: the bytes are written to a temporary file, made durable, and renamed, so that a crash leaves the old
        /// or the new content.
        /// </summary>
        public void WriteAtomically(string path, ReadOnlySpan<byte> bytes, string temporarySuffix = ".tmp")
        {
            var temporary = path + temporarySuffix;
            using (var file = files.OpenFile(temporary, StorageFileMode.Create))
            {
                file.Write(0, bytes);
                file.Flush();
            }
            files.Rename(temporary, path);
            files.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }
}
