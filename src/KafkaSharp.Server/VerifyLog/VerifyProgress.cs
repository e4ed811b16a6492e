using System.Globalization;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>A bar on the terminal that shows how much of the bytes has been read. Without a terminal it shows nothing.</summary>
/// <param name="terminal">The terminal; null for none.</param>
/// <param name="time">Limits how often the bar is drawn.</param>
internal sealed class VerifyProgress(TextWriter? terminal, TimeProvider time)
{
    private const int Width = 40;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private VerifiedCounts _counts = new();
    private long _total;
    private long _drawnAt;
    private bool _isDrawn;

    public void Begin(long totalBytes, VerifiedCounts counts) => (_total, _counts, _drawnAt) = (totalBytes, counts, time.GetTimestamp());

    public void Show()
    {
        if (terminal is null || time.GetElapsedTime(_drawnAt) < s_interval)
            return;
        _drawnAt = time.GetTimestamp();
        var share = Math.Min(1, (double)_counts.Bytes / Math.Max(1, _total));
        var done = (int)(share * Width);
        terminal.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"\r[{new string('#', done)}{new string('.', Width - done)}] {share * 100:0} % of {ByteText.Of(_total)}"));
        _isDrawn = true;
    }

    /// <summary>Removes the bar: before a line is printed, and at the end.</summary>
    public void Clear()
    {
        if (_isDrawn)
            terminal?.Write($"\r{new string(' ', Width + 30)}\r");
        _isDrawn = false;
    }
}
