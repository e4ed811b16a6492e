using System.Diagnostics;
using System.Globalization;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>One connection of a <see cref="Flood"/>, with a thread that sends and one that receives.</summary>
internal sealed class FloodClient(BrokerConnection connection, IReadOnlyList<RequestFrame> frames, int inFlight) : IDisposable
{
    private readonly SemaphoreSlim _window = new(inFlight);
    private readonly SemaphoreSlim _expected = new(0);
    private volatile bool _allSent;
    private volatile string? _end;
    private (int Size, byte[]? Body) _first;
    private double _firstSeconds;
    private long _begin;

    public RequestFrame First => frames[0];

    public int Responses { get; private set; }

    /// <summary>Why the connection ended before every request had its response; null when all have.</summary>
    public string? End => _end;

    public string Facts => Responses == 0
        ? $"{Request}; no response"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Request}; after {_firstSeconds:F2} s {ResponseFacts.Describe(First, _first.Size, _first.Body)}");

    private string Request => $"{First.Api} v{First.Version} of {ResponseFacts.Size(First.Bytes.Length)}";

    public void SendAll(TimeSpan atLeast)
    {
        _begin = Stopwatch.GetTimestamp();
        try
        {
            // Whole rounds: each request is sent at least once.
            for (var round = 0; round == 0 || Stopwatch.GetElapsedTime(_begin) < atLeast; round++)
            {
                foreach (var frame in frames)
                {
                    _window.Wait();
                    if (_end is not null)
                        return;
                    connection.Send(frame);
                    _expected.Release();
                }
            }
        }
        catch (Exception e) when (BrokerConnection.IsEnd(e))
        {
            _end ??= e.Message;
        }
        finally
        {
            _allSent = true;
            _expected.Release();
        }
    }

    public void ReceiveAll()
    {
        try
        {
            while (true)
            {
                // One more than was sent is released at the end.
                _expected.Wait();
                if (_allSent && _expected.CurrentCount == 0)
                    return;
                if (Responses == 0)
                {
                    _first = connection.ReceiveUpTo(ResponseFacts.LargestKept);
                    _firstSeconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds;
                }
                else
                {
                    connection.Discard();
                }
                Responses++;
                _window.Release();
            }
        }
        catch (Exception e) when (BrokerConnection.IsEnd(e))
        {
            _end ??= e.Message;
            _window.Release();
        }
    }

    public void Dispose() => connection.Dispose();
}
