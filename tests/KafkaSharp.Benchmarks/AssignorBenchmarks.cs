using BenchmarkDotNet.Attributes;
using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Protocol;

namespace KafkaSharp.Benchmarks;

/// <summary>The assignment of 10,000 partitions of 100 topics to 1,000 members: the first one, and the one after a member left.</summary>
[MinColumn]
public class AssignorBenchmarks
{
    private const int Members = 1000;

    private readonly Uuid[] _topics = [.. Enumerable.Range(0, 100).Select(i => new Uuid(i * 7919, ~i))];
    private IPartitionAssignor _assignor = null!;
    private AssignorInput _empty = null!;
    private AssignorInput _afterLeave = null!;

    [Params("uniform", "range")]
    public string Assignor { get; set; } = "";

    /// <summary>Whether all members subscribe to all topics; otherwise to three of five.</summary>
    [Params(true, false)]
    public bool Homogeneous { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _assignor = Assignor == "uniform" ? new UniformAssignor() : new RangeAssignor();
        var counts = _topics.ToDictionary(topic => topic, _ => 100);
        _empty = new AssignorInput([.. Enumerable.Range(0, Members).Select(i => Member(i, Assignment.Empty))], Homogeneous, counts);
        var assigned = _assignor.Assign(_empty);
        _afterLeave = new AssignorInput([.. Enumerable.Range(1, Members - 1).Select(i => Member(i, assigned[i]))], Homogeneous, counts);
    }

    [Benchmark]
    public int First() => _assignor.Assign(_empty).Length;

    [Benchmark]
    public int AfterLeave() => _assignor.Assign(_afterLeave).Length;

    private AssignorMember Member(int index, Assignment current) => new(
        $"member-{index}", null, Homogeneous ? _topics : [.. _topics.Where((_, topic) => topic % 2 == index % 2 || topic % 5 == 0)],
        current);
}
