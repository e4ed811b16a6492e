using System.Text;
using KafkaSharp.Server.Logging;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Tests.Logging;

/// <summary>The log on a stream that is slow, closed or stopped.</summary>
internal sealed class ConsoleLoggingTests
{
    private GatedStream _stream = null!;
    private LoggerFactory _loggers = null!;
    private ILogger _logger = null!;

    [SetUp]
    public void MakeLog()
    {
        _stream = new GatedStream();
        _loggers = ConsoleLogging.Create(_stream, LogLevel.Information, TimeProvider.System);
        _logger = _loggers.CreateLogger("KafkaSharp.Broker.Component");
    }

    [TearDown]
    public void Close()
    {
        _stream.Open();
        _loggers.Dispose();
        _stream.Dispose();
    }

    [Test]
    public void A_line_has_level_text_and_component()
    {
        Log("one");
        _loggers.Dispose();

        Assert.That(_stream.Text, Does.Match("^[0-9-]{10} [0-9:.]{12} INFO  one \\[Component\\]\n$"));
    }

    [Test]
    public void Disposing_the_log_writes_the_lines_that_wait()
    {
        _stream.OpenWhenWaiting(Thread.CurrentThread);
        Log("one");
        Log("two");
        _loggers.Dispose();

        Assert.That(_stream.Text, Does.Contain("INFO  one").And.Contain("INFO  two"));
    }

    [Test]
    public void While_the_stream_is_stopped_lines_are_dropped_and_counted_and_no_caller_waits()
    {
        _stream.Stop();
        var line = new string('x', 1000);
        for (var i = 0; i < 5000; i++)
            Log(line);
        _stream.Open();
        _loggers.Dispose();

        var written = _stream.Text.Split(line).Length - 1;
        Assert.That(written, Is.InRange(1, 4999));
        Assert.That(_stream.Text.Split('\n')[^2], Does.Contain($"{5000 - written} log messages before this one were dropped"));
    }

    [TestCase(typeof(IOException))]
    [TestCase(typeof(UnauthorizedAccessException))]
    [TestCase(typeof(OutOfMemoryException))]
    public void After_a_failure_of_the_stream_later_lines_are_written(Type failure)
    {
        _stream.FailOnce((Exception)Activator.CreateInstance(failure)!);
        Log("one");
        _stream.WaitForFailure();
        Log("two");
        _loggers.Dispose();

        Assert.That(_stream.Text, Does.Contain("INFO  two"));
    }

#pragma warning disable CA2254, CA1848 // Any text will do here.
    private void Log(string text) => _logger.LogInformation(text);
#pragma warning restore CA2254, CA1848

    /// <summary>A stream in memory whose writes wait or fail as the test says.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly ManualResetEventSlim _failed = new();
        private Thread? _waiter;
        private Exception? _failure;

        public string Text => Encoding.UTF8.GetString(ToArray());

        public void Stop() => _open.Reset();

        public void Open() => _open.Set();

        /// <summary>A write waits until this thread waits.</summary>
        public void OpenWhenWaiting(Thread waiter) => _waiter = waiter;

        public void FailOnce(Exception failure) => _failure = failure;

        public void WaitForFailure() => Assert.That(_failed.Wait(TimeSpan.FromSeconds(20)));

        public override void Write(byte[] buffer, int offset, int count)
        {
            _open.Wait();
            if (_waiter is { } waiter)
                SpinWait.SpinUntil(() => (waiter.ThreadState & ThreadState.WaitSleepJoin) != 0, TimeSpan.FromSeconds(20));
            if (_failure is { } failure)
            {
                _failure = null;
                _failed.Set();
                throw failure;
            }
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
