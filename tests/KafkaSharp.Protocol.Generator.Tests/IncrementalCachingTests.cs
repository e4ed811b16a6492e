using Microsoft.CodeAnalysis;

namespace KafkaSharp.Protocol.Generator.Tests;

/// <summary>Unchanged results are not generated again.</summary>
internal sealed class IncrementalCachingTests
{
    private const string First = "data First 0 flexible none\n  Value int32\n";
    private const string Second = "record metadata 1 Second 0-1 flexible 0+\n  Value int32\n";
    private const string Api = "api 1 Sample 0-1 flexible none on broker\nrequest\n  Value int32\nresponse\n  Value int32\n";

    private static readonly string[] s_steps =
        [MessageGenerator.ParseStep, MessageGenerator.MessageStep, MessageGenerator.ApiStep, MessageGenerator.RecordStep];

    private static GeneratorRun Start() =>
        new GeneratorRun().With("First.schema", First).With("Second.schema", Second).With("Sample.schema", Api);

    [Test]
    public void A_change_of_source_runs_no_step()
    {
        var run = Start();
        run.Run();
        var result = run.WithSource("class Unrelated;").Run();
        Assert.That(Reasons(result, s_steps), Is.All.EqualTo(IncrementalStepRunReason.Cached));
        Assert.That(OutputReasons(result), Is.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void A_comment_in_a_schema_regenerates_no_source()
    {
        var run = Start();
        run.Run();
        var result = run.With("First.schema", "# said\n" + First).Run();
        Assert.That(Reasons(result, [MessageGenerator.ParseStep]), Has.Exactly(1).EqualTo(IncrementalStepRunReason.Unchanged));
        Assert.That(OutputReasons(result), Is.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void A_changed_field_regenerates_one_source()
    {
        var run = Start();
        run.Run();
        var result = run.With("First.schema", First.Replace("int32", "int64", StringComparison.Ordinal)).Run();
        Assert.That(Reasons(result, [MessageGenerator.MessageStep]), Has.Exactly(1).EqualTo(IncrementalStepRunReason.Modified));
        Assert.That(OutputReasons(result).Where(r => r != IncrementalStepRunReason.Cached).ToList(), Has.Count.EqualTo(1));
        Assert.That(GeneratorRun.Source(result, "First"), Does.Contain("long Value"));
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string[] steps)
    {
        foreach (var step in steps)
            Assert.That(result.TrackedSteps, Contains.Key(step));
        return steps.SelectMany(step => result.TrackedSteps[step]).SelectMany(run => run.Outputs).Select(output => output.Reason);
    }

    private static IEnumerable<IncrementalStepRunReason> OutputReasons(GeneratorRunResult result) =>
        result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs).Select(output => output.Reason);
}
