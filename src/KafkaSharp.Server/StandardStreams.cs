namespace KafkaSharp.Server;

/// <summary>The three standard streams of the process.</summary>
internal static class StandardStreams
{
    private const int LastStandardDescriptor = 2;

    // Referenced until the process ends. Otherwise the garbage collector would close them.
    private static readonly List<FileStream> s_replacements = [];

    /// <summary>
    /// Opens <c>/dev/null</c> for each standard stream that the parent process closed. Otherwise the next file or socket gets its number,
    /// for example a segment, and a text written to standard output or standard error would be written into that file. Called first.
    /// </summary>
    public static void ReplaceClosed()
    {
        if (OperatingSystem.IsWindows())
            return;
        while (true)
        {
            // The system assigns the lowest number that is free.
            var file = new FileStream("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (file.SafeFileHandle.DangerousGetHandle() > LastStandardDescriptor)
            {
                file.Dispose();
                return;
            }
            s_replacements.Add(file);
        }
    }
}
