using KafkaSharp.Testing.Time;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>
/// Decides which client does its next step, by the random numbers of the run: as many clients at a time as the run allows, so that with one
/// at a time the order of requests is a function of the seed. Time passes with the steps. Thread-safe.
/// </summary>
internal sealed class Turns(Random random, TestClock clock, int atATime)
{
    /// <summary>A run that takes more steps does not end.</summary>
    private const int MostSteps = 50_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, TaskCompletionSource> _waiting = [];

    // Until the run begins, the one who starts the clients counts as one of them.
    private int _clients = 1;
    private int _numbers;
    private int _steps;

    /// <summary>Runs a client; it receives its number, with which it takes its turns.</summary>
    public Task RunAsync(Func<int, Task> client)
    {
        int number;
        lock (_gate)
        {
            _clients++;
            number = _numbers++;
        }
        return Task.Run(async () =>
        {
            try
            {
                await client(number);
            }
            finally
            {
                Leave();
            }
        });
    }

    /// <summary>All clients that the run begins with are started.</summary>
    public void Begin() => Leave();

    /// <summary>The step that runs ends, and the next one of this client begins when it is its turn.</summary>
    public async Task TakeAsync(int client)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (++_steps > MostSteps)
                throw new TimeoutException($"The run does not end within {MostSteps} steps");
            _waiting.Add(client, turn);
        }
        Next();
        await turn.Task;
        Pass();
    }

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Chance(int percent)
    {
        lock (_gate)
            return random.Next(100) < percent;
    }

    public int Between(int lowest, int highest)
    {
        lock (_gate)
            return random.Next(lowest, highest + 1);
    }

    /// <summary>The time that a client waits before it sends a request again.</summary>
    public void BackOff() => clock.Advance(TimeSpan.FromMilliseconds(Between(5, 25)));

    private void Pass()
    {
        var number = Between(0, 999);
        var milliseconds = number < 3 ? 3000 : number < 30 ? 300 : number < 300 ? 7 : 0;
        if (milliseconds > 0)
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private void Leave()
    {
        lock (_gate)
            _clients--;
        Next();
    }

    private void Next()
    {
        lock (_gate)
        {
            // Those that do not wait are in a step.
            while (_waiting.Count > 0 && _clients - _waiting.Count < atATime)
            {
                var (client, turn) = _waiting.ElementAt(random.Next(_waiting.Count));
                _waiting.Remove(client);
                turn.SetResult();
            }
        }
    }
}
