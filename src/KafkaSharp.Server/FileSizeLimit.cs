using System.Runtime.InteropServices;

namespace KafkaSharp.Server;

/// <summary>The limit of the size of files (<c>ulimit -f</c>).</summary>
internal static partial class FileSizeLimit
{
    private const int FileSizeSignal = 25;
    private const nint Ignore = 1;

    /// <summary>
    /// A write beyond the limit fails with an error that takes the log directory offline, as on a full disk. By default the system ends the
    /// process with SIGXFSZ instead. A JVM ignores the signal too.
    /// </summary>
    public static void IgnoreSignal()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            _ = SetHandler(FileSizeSignal, Ignore);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
