using KafkaSharp.Protocol;
using KafkaSharp.Testing.Waiting;

namespace KafkaSharp.Testing.Requests;

/// <summary>
/// The requests that clients have sent to a test broker, the latest 10,000. Those of the test broker itself are not in it. Thread-safe.
/// </summary>
public sealed class RequestLog
{
    private const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<RecordedRequest> _requests = [];
    private TaskCompletionSource? _added;
    private long _count;

    internal RequestLog()
    {
    }

    /// <summary>The requests so far, in their order.</summary>
    public IReadOnlyList<RecordedRequest> All
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>The requests of one API so far.</summary>
    public IReadOnlyList<RecordedRequest> Of(ApiKey api) => [.. All.Where(request => request.Api == api)];

    /// <summary>Forgets the requests so far.</summary>
    public void Clear()
    {
        lock (_gate)
            _requests.Clear();
    }

    /// <summary>Waits, by the test's own clock, for the first request that fits, among those so far and those to come.</summary>
    /// <exception cref="TimeoutException">
    /// None came within the time (ten seconds by default); the message shows the latest ones.
    /// </exception>
    public async Task<RecordedRequest> WaitForAsync(
        Func<RecordedRequest, bool> fits, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        while (true)
        {
            Task added;
            lock (_gate)
            {
                if (_requests.FirstOrDefault(fits) is { } found)
                    return found;
                added = (_added ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            if (!await deadline.WaitForAsync(added, cancellation))
                throw new TimeoutException(
                    $"The request that is waited for did not come. The latest: {string.Join("; ", All.TakeLast(10))}");
        }
    }

    /// <summary>Records a request; the result has its number.</summary>
    internal RecordedRequest Add(RecordedRequest request)
    {
        TaskCompletionSource? added;
        lock (_gate)
        {
            request = request with { Number = _count++ };
            _requests.Enqueue(request);
            if (_requests.Count > Capacity)
                _requests.Dequeue();
            (added, _added) = (_added, null);
        }
        added?.SetResult();
        return request;
    }
}
