using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Generator.Tests;

/// <summary>
/// Compares generated source with stored text. After an intended change of the generator, run the tests with
/// <c>KAFKASHARP_UPDATE_SNAPSHOTS=1</c> and review the difference.
/// </summary>
internal sealed class SnapshotTests
{
    private static readonly string s_folder =
        Path.Combine(Vectors.RepositoryRoot, "tests", "KafkaSharp.Protocol.Generator.Tests", "Snapshots");

    [TestCase("SampleRequest")]
    [TestCase("SampleResponse")]
    [TestCase("SampleKey")]
    [TestCase("Records")]
    [TestCase("ApiVersionRanges")]
    public void Generated_source_equals_the_snapshot(string name)
    {
        var run = new GeneratorRun();
        foreach (var path in Directory.EnumerateFiles(s_folder, "*.schema").Order(StringComparer.Ordinal))
            run.With(path, File.ReadAllText(path));
        var result = run.Run();
        Assert.That(result.Diagnostics, Is.Empty);
        var actual = GeneratorRun.Source(result, name);
        var kept = Path.Combine(s_folder, name + ".verified.cs");
        if (Environment.GetEnvironmentVariable("KAFKASHARP_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(kept, actual);
        Assert.That(actual, Is.EqualTo(File.ReadAllText(kept)));
    }
}
