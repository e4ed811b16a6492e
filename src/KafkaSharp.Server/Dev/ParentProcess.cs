using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Server.Dev;

/// <summary>Waits for the end of the process that started this one.</summary>
internal static partial class ParentProcess
{
    // The same number on all processors that .NET runs on.
    private const nint PidfdOpen = 434;
    private const short PollIn = 1;
    private const int NoSuchProcess = 3;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <summary>Completes when the process has ended; at once if there is none.</summary>
    public static Task WaitForEndAsync(int processId, TimeProvider time, CancellationToken cancellation) =>
        OperatingSystem.IsLinux() ? WaitForDescriptor(processId, time, cancellation) : PollAsync(processId, time, cancellation);

    // The descriptor of a process becomes readable when it ends, so that nothing is asked again and again. A thread waits for it: it ends
    // with this process.
    private static Task WaitForDescriptor(int processId, TimeProvider time, CancellationToken cancellation)
    {
        var descriptor = Syscall(PidfdOpen, processId, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() == NoSuchProcess ? Task.CompletedTask : PollAsync(processId, time, cancellation);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            var polled = new PollDescriptor { Descriptor = (int)descriptor, Events = PollIn };
            // Interrupted by a signal: again.
            while (Poll(ref polled, 1, -1) < 0)
            {
            }
            ended.TrySetResult();
        })
        { IsBackground = true, Name = "parent process" }.Start();
        return ended.Task.WaitAsync(cancellation);
    }

    private static async Task PollAsync(int processId, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (Exists(processId))
            await timer.WaitForNextTickAsync(cancellation);
    }

    private static bool Exists(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Results;
    }
}
