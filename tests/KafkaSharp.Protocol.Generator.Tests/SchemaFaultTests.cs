using Microsoft.CodeAnalysis;

namespace KafkaSharp.Protocol.Generator.Tests;

/// <summary>An invalid schema causes an error at its line and no source.</summary>
internal sealed class SchemaFaultTests
{
    [TestCase("  Value int32", 0, "a field is not inside a message")]
    [TestCase("thing X 0 flexible none", 0, "'thing' is not a kind of message")]
    [TestCase("request", 0, "an api line must precede a request or response")]
    [TestCase("data X", 0, "versions are missing (for example 2+, 0-4 or none)")]
    [TestCase("data X 0", 0, "'flexible' and its versions are missing")]
    [TestCase("api one X 0 flexible none", 0, "the api key is not a number")]
    [TestCase("data X 0 flexible none\n\n# why\n  Value", 3, "the type is missing")]
    [TestCase("data X 0 flexible none\n  Value int32 sometimes", 1, "'sometimes' is not expected here")]
    [TestCase("data X 0 flexible none\n   Value int32", 1, "a line must be indented by two spaces per level")]
    [TestCase("data X 0 flexible none\n    Value int32", 1, "the indentation skips a level")]
    [TestCase("data X 0 flexible none\n  Value int32\n    Inner int32", 2, "Value is not a struct")]
    [TestCase("data X 0 flexible none\n  Value Missing", 1, "X must have one struct Missing, but it has 0")]
    [TestCase("data X 0 flexible none\n  Value int32 5-2", 1, "'5-2' is not expected here")]
    [TestCase("data X 0-1 flexible 1+\n  A int32\n  B int32 tag 0", 2, "B is tagged in a version that is not flexible")]
    [TestCase("data X 0 flexible 0+\n  A int32 tag 0\n  B int32 tag 0", 2, "B has the same tag as A")]
    [TestCase("data X 0 flexible 0+\n  A int32 = null", 1, "A has the default null but is not nullable")]
    [TestCase("data X 0 flexible 0+\n  A int32\n  A string", 2, "A is declared twice")]
    public void The_fault_is_reported_at_its_line(string text, int line, string message)
    {
        var result = new GeneratorRun().With("Broken.schema", text).Run();
        var fault = result.Diagnostics.Single();
        Assert.That((fault.Id, fault.Severity, fault.GetMessage()), Is.EqualTo(("KSP001", DiagnosticSeverity.Error, message)));
        Assert.That(fault.Location.GetLineSpan().Path, Is.EqualTo("Broken.schema"));
        Assert.That(fault.Location.GetLineSpan().StartLinePosition.Line, Is.EqualTo(line));
        Assert.That(result.GeneratedSources.Select(s => s.HintName), Is.EquivalentTo(new[] { "ApiVersionRanges.g.cs", "Records.g.cs" }));
    }

    [Test]
    public void Files_of_other_kinds_are_not_read()
    {
        var result = new GeneratorRun().With("BannedSymbols.txt", "not a schema").Run();
        Assert.That(result.Diagnostics, Is.Empty);
    }
}
