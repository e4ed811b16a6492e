using KafkaSharp.Protocol;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Tests.Harness;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Raft.Tests;

/// <summary>
/// Crashes a node repeatedly at random points of a seeded schedule of appends, snapshots, cleaning, resignations and disk failures. The
/// test runs the event loop, so a seed always gives the same history. After every crash all committed records must be present and in order,
/// and epochs must only increase.
/// </summary>
[TestFixture]
public sealed class RaftCrashSimulationTests
{
    private const int Seeds = 200;

    [Test]
    public void No_committed_record_is_lost_and_epochs_never_decrease([Range(0, 3)] int part)
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
                Assert.That(epoch, Is.GreaterThan(_storedEpoch), $"seed {seed}: an epoch was started twice");
                _storedEpoch = epoch;
            };
            for (var run = 0; run < 12; run++)
                RunUntilCrash();
        }

        private void RunUntilCrash()
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
                Remember(listener);
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
            Remember(listener);
        }

        private void Append(RaftNode<string> node)
        {
            var records = Enumerable.Range(0, _random.Next(1, 5))
                .Select(_ => $"r{_appended++}-{new string('x', _random.Next(50))}").ToList();
            try
            {
                node.Append(node.LeaderAndEpoch.Epoch, records, isAtomic: _random.Next(2) == 0);
            }
            catch (KafkaSharp.StateMachines.StateMachineException)
            {
                // The node has resigned, or its epoch has not started.
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

        /// <summary>Remembers the committed records, which the node must deliver again to the listener of the next run.</summary>
        private void Remember(RecordingListener listener)
        {
            if (listener.Gap)
                Assert.Fail($"seed {seed}: a commit left a gap");
            _committed = listener.Records;
            if (listener.Leader is { LeaderId: not null } leader)
            {
                if (leader.Epoch < _lastEpoch)
                    Assert.Fail($"seed {seed}: epoch {leader.Epoch} followed {_lastEpoch}");
                _lastEpoch = leader.Epoch;
            }
        }

        private void Check(RecordingListener listener)
        {
            Assert.That(listener.Records.Take(_committed.Count), Is.EqualTo(_committed), $"seed {seed}: a committed record is lost");
            Assert.That(listener.Leader!.Value.Epoch, Is.GreaterThan(_lastEpoch), $"seed {seed}: an epoch was used twice");
            Remember(listener);
        }

        private void DrainAll()
        {
            while (_work.TryDequeue(out var work))
                work.Execute();
        }
    }
}
