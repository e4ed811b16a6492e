using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Tests.Memory;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Raft.Tests;

/// <summary>
/// A node that is killed again and again at random moments, from a seed: appends, snapshots, cleaning, resignations, failing disks. Its
/// event loop is run by the test, so a seed is one history. What was told as committed must be there after every crash, in order, and
/// epochs only rise.
/// </summary>
[TestFixture]
public sealed class RaftCrashSimulationTests
{
    private const int Seeds = 200;

    [Test]
    public void No_committed_record_is_lost_and_epochs_never_go_back([Range(0, 3)] int part)
    {
        for (var seed = part * Seeds / 4; seed < (part + 1) * Seeds / 4; seed++)
            new Simulation(seed).Run();
    }

    private sealed class Simulation(int seed)
    {
        private readonly Random _random = new(seed);
        private ManualTimeProvider _time = new();
        private readonly Queue<IThreadPoolWorkItem> _work = new();
        private readonly MemoryQuorumStateStore _quorumState = new();
        private readonly MemorySnapshotStore _snapshots = new();
        private MemoryRaftLog _log = new();
        private IReadOnlyList<string> _committed = [];
        private int _storedEpoch;
        private int _lastEpoch;
        private int _appended;

        public void Run()
        {
            _quorumState.OnWrite = text =>
            {
                var epoch = QuorumStateJson.Read(text).Epoch;
                Assert.That(epoch, Is.GreaterThan(_storedEpoch), $"seed {seed}: an epoch was begun twice");
                _storedEpoch = epoch;
            };
            for (var life = 0; life < 12; life++)
                Live();
        }

        private void Live()
        {
            var options = new RaftOptions
            {
                NodeId = 1,
                DirectoryId = default,
                StaticVoters = VoterSet.Parse(["1@localhost:9093"], "CONTROLLER"),
                RetentionBytes = 4000,
            };
            var node = new RaftNode<string>(
                options, _log, _snapshots, _quorumState, new TextSerde(), _time, NullLogger.Instance, _work.Enqueue);
            var diskFailsIn = _random.Next(40);
            _log.OnFlush = () =>
            {
                if (--diskFailsIn <= 0)
                    throw new IOException("the disk failed");
            };
            var listener = new RecordingListener();
            node.Register(listener);
            DrainAll();
            var start = node.StartAsync();
            DrainAll();
            if (start.IsCompletedSuccessfully)
            {
                Check(listener);
                var steps = _random.Next(60);
                for (var step = 0; step < steps; step++)
                    Step(node, listener);
                if (_random.Next(4) == 0)
                    DrainAll();
                Note(listener);
            }
            else
                Assert.That(start.Exception!.InnerException!.Message, Is.EqualTo("the disk failed"), $"seed {seed}");
            _log = _log.Crash(_random);
            _work.Clear();
            _time = new ManualTimeProvider(_time.GetUtcNow());
        }

        private void Step(RaftNode<string> node, RecordingListener listener)
        {
            switch (_random.Next(20))
            {
                case < 11 when node.LeaderAndEpoch.IsLeader(1):
                    Append(node);
                    break;
                case 11 when listener.Batches is [.., var batch]:
                    Snapshot(node, listener, new OffsetAndEpoch(listener.NextOffset, batch.Epoch));
                    break;
                case 12:
                    node.Resign(node.LeaderAndEpoch.Epoch);
                    break;
                case 13:
                    _time.Advance(TimeSpan.FromSeconds(1));
                    break;
                case 14:
                    _time.Advance(TimeSpan.FromMinutes(1));
                    break;
                default:
                    if (_work.TryDequeue(out var work))
                        work.Execute();
                    break;
            }
            Note(listener);
        }

        private void Append(RaftNode<string> node)
        {
            var records = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => $"r{_appended++}-{new string('x', _random.Next(50))}").ToList();
            try
            {
                node.Append(node.LeaderAndEpoch.Epoch, records, isAtomic: _random.Next(2) == 0);
            }
            catch (KafkaSharp.StateMachines.StateMachineException)
            {
                // It has resigned, or has not begun.
            }
        }

        private void Snapshot(RaftNode<string> node, RecordingListener listener, OffsetAndEpoch id)
        {
            using var writer = node.CreateSnapshot(id, 0);
            if (writer is null)
                return;
            writer.Append(listener.Records);
            if (_random.Next(4) != 0)
                writer.Freeze();
        }

        /// <summary>What was told in this life is promised to the next one, which has a listener of its own.</summary>
        private void Note(RecordingListener listener)
        {
            if (listener.Gap)
                Assert.Fail($"seed {seed}: a commit left a gap");
            _committed = listener.Records;
            if (listener.Leader is { LeaderId: not null } leader)
            {
                if (leader.Epoch < _lastEpoch)
                    Assert.Fail($"seed {seed}: epoch {leader.Epoch} came after {_lastEpoch}");
                _lastEpoch = leader.Epoch;
            }
        }

        private void Check(RecordingListener listener)
        {
            Assert.That(listener.Records.Take(_committed.Count), Is.EqualTo(_committed), $"seed {seed}: a committed record is lost");
            Assert.That(listener.Leader!.Value.Epoch, Is.GreaterThan(_lastEpoch), $"seed {seed}: an epoch came twice");
            Note(listener);
        }

        private void DrainAll()
        {
            while (_work.TryDequeue(out var work))
                work.Execute();
        }
    }
}
