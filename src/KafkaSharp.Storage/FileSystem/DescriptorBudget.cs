namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// How the file descriptors that the system allows this process are divided: a reserve for what must always work (the metadata log,
/// checkpoints, listeners, connections to other nodes), open files of the logs, and connections of clients. Connections reach their part
/// before files run out.
/// </summary>
/// <param name="Total">The number of descriptors that the process may have open (<c>ulimit -n</c>).</param>
public sealed record DescriptorBudget(int Total)
{
    /// <summary>With fewer descriptors the broker does not start.</summary>
    public const int Smallest = 96;

    private const int SmallestReserve = 48;
    private const int LargestReserve = 512;

    // A file that is opened again costs microseconds, a connection that is not accepted costs a client: beyond this number of files,
    // connections get four of five descriptors.
    private const int EnoughFiles = 4096;

    // A handle may have a mapping, of which Linux allows 65,530 to a process, and memory for records and code is mapped too.
    private const int MostFiles = 16_384;

    /// <summary>The budget of this process. The first access raises the limit as far as the system allows, as a JVM does.</summary>
    public static DescriptorBudget OfProcess { get; } = new(Posix.RaiseDescriptorLimit());

    /// <summary>Descriptors for everything but files of logs and client connections.</summary>
    public int Reserve => Math.Clamp(Total / 8, SmallestReserve, LargestReserve);

    /// <summary>Files of logs that may be open at the same time.</summary>
    public int Files => Math.Clamp(Math.Min(Shared / 2, Math.Max(EnoughFiles, Shared / 5)), 1, MostFiles);

    /// <summary>Connections of clients that may be open at the same time.</summary>
    public int Connections => Math.Max(1, Shared - Files);

    private int Shared => Total - Reserve;

    /// <summary>Fails with one sentence if the process has too few descriptors to run a broker.</summary>
    /// <exception cref="IOException">The limit is too low.</exception>
    public void EnsureSufficient()
    {
        if (Total < Smallest)
        {
            throw new IOException(
                $"The limit of open files is {Total}, and the broker needs at least {Smallest}: raise it with 'ulimit -n' or LimitNOFILE " +
                "(100000 is a good value for many partitions and connections)");
        }
    }
}
