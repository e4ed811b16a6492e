namespace KafkaSharp.Storage.FileSystem;

/// <summary>Reading and replacing small files whole: checkpoints, snapshots, properties.</summary>
public static class FileSystemExtensions
{
    extension(IFileSystem files)
    {
        /// <summary>All bytes of a file.</summary>
        /// <exception cref="IOException">It is longer than <paramref name="maxLength"/>, or can't be read.</exception>
        public byte[] ReadAllBytes(string path, int maxLength = 256 << 20)
        {
            using var file = files.OpenFile(path, StorageFileMode.Open);
            if (file.Length > maxLength)
                throw new IOException($"{path} has {file.Length} bytes, more than the {maxLength} that are read at once");
            var bytes = new byte[file.Length];
            var read = file.Read(0, bytes);
            return read == bytes.Length ? bytes : bytes[..read];
        }

        /// <summary>
        /// Replaces a file in one step: the bytes are written beside it, made durable, and renamed over it, so that a crash leaves the old or the new.
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
