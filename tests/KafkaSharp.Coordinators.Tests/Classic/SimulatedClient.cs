using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>
/// A consumer that follows the protocol: joins, syncs, then beats and commits, one request at a time, and does what each error asks for.
/// Now and then it crashes, also while it waits, and comes back knowing nothing; or it leaves.
/// </summary>
internal sealed class SimulatedClient(GroupHarness harness, string? instance, Random random, Func<int> epoch, Func<long> nextOffset)
{
    private Task _request = Task.CompletedTask;
    private int _life;
    private string _memberId = "";
    private bool _rejoin = true;

    public bool MayGo { get; set; } = true;

    /// <summary>Whether it thinks that it owns something.</summary>
    public bool IsMember { get; private set; }
    public int Generation { get; private set; }

    /// <summary>
    /// In which term of the coordinator it became a member: a generation that was never written is counted again in the next.
    /// </summary>
    public int Epoch { get; private set; }
    public byte Assigned { get; private set; }
    public int Rebalances { get; private set; }

    /// <summary>The largest offset whose commit succeeded.</summary>
    public long Acknowledged { get; private set; }

    public void Step()
    {
        if (_request.IsFaulted)
            _request.GetAwaiter().GetResult();
        if (!_request.IsCompleted)
        {
            if (MayGo && random.Next(100) == 0)
                Crash();
            return;
        }
        _request = _rejoin ? JoinAsync(_life)
            : MayGo && random.Next(60) == 0 ? LeaveAsync()
            : random.Next(2) == 0 ? BeatAsync(_life)
            : CommitAsync(_life);
    }

    private async Task JoinAsync(int life)
    {
        IsMember = false;
        var join = await harness.Join(_memberId, instance, rebalance: 5000, session: 10_000);
        if (life != _life)
            return;
        if (join.ErrorCode is ErrorCode.MemberIdRequired or ErrorCode.None)
            _memberId = join.MemberId;
        React(join.ErrorCode);
        if (join.ErrorCode != ErrorCode.None)
            return;
        Generation = join.GenerationId;
        Rebalances++;
        (string, byte[])[] assignments = join.Leader == _memberId && !join.SkipAssignment
            ? [.. join.Members.Select((member, i) => (member.MemberId, new[] { (byte)(i + 1) }))]
            : [];
        var sync = await harness.Sync(_memberId, Generation, instance, assignments);
        if (life != _life)
            return;
        React(sync.ErrorCode);
        if (sync.ErrorCode != ErrorCode.None)
            return;
        Assert.That(sync.Assignment, Has.Length.EqualTo(1));
        (Assigned, Epoch, IsMember, _rejoin) = (sync.Assignment[0], epoch(), true, false);
    }

    private async Task BeatAsync(int life)
    {
        var error = await harness.Heartbeat(_memberId, Generation, instance);
        if (life == _life)
            React(error);
    }

    private async Task CommitAsync(int life)
    {
        var offset = nextOffset();
        var error = await harness.Commit(offset, _memberId, Generation, instance);
        if (error == ErrorCode.None)
            Acknowledged = offset;
        if (life == _life)
            React(error);
    }

    private async Task LeaveAsync()
    {
        var leaves = random.Next(2) == 0;
        var memberId = _memberId;
        Crash();
        if (leaves)
            await harness.Leave((memberId, instance));
    }

    private void Crash()
    {
        _life++;
        _request = Task.CompletedTask;
        _memberId = "";
        _rejoin = true;
        IsMember = false;
    }

    private void React(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress:
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.GroupMaxSizeReached:
                Crash();
                break;
            case ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration or ErrorCode.MemberIdRequired:
                _rejoin = true;
                IsMember = false;
                break;
            default:
                Assert.Fail($"{error} is no error that a member may receive");
                break;
        }
    }
}
