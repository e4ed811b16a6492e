using System.Text.RegularExpressions;

namespace KafkaSharp.Architecture.Tests;

/// <summary>The node reaches the controller through its client: only Hosting, which makes the controller, knows the class.</summary>
sealed partial class ControllerBoundaryTests
{
    [Test]
    public void Only_hosting_and_the_controller_itself_refer_to_QuorumController()
    {
        var others = Repository.Files("src", "*.cs")
            .Where(path => !path.StartsWith("src/KafkaSharp.Metadata/Controller/", StringComparison.Ordinal)
                && !path.StartsWith("src/KafkaSharp.Broker/Hosting/", StringComparison.Ordinal))
            .Where(path => File.ReadLines(Path.Combine(Repository.Root, path))
                .Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Reference().IsMatch(line)));
        Assert.That(others, Is.Empty);
    }

    // A name in a string, as in a log message, is no reference.
    [GeneratedRegex("""^[^"]*\bQuorumController\b""")]
    private static partial Regex Reference();
}
