using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KafkaSharp.Architecture.Tests;

/// <summary>
/// The broker uses the controller through its client, as if the active controller were another node. Only hosting knows the class.
/// </summary>
internal sealed class ControllerTests
{
    [Test]
    public void Only_hosting_refers_to_the_quorum_controller()
    {
        var elsewhere = SourceProject.All.Values.Where(project => project.Name != "KafkaSharp.Metadata")
            .SelectMany(project => project.Nodes<IdentifierNameSyntax>())
            .Where(name => name.Identifier.Text == "QuorumController")
            .Where(name => !name.SyntaxTree.FilePath.StartsWith("src/KafkaSharp.Broker/Hosting/", StringComparison.Ordinal))
            .Select(SourceProject.Place).ToList();
        Assert.That(elsewhere, Is.Empty);
    }
}
