namespace KafkaSharp.Server.Tests;

/// <summary>The exit code and the output of a command.</summary>
internal sealed record CommandResult(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Error)
{
    public string OutputText => string.Join('\n', Output);

    public string ErrorText => string.Join('\n', Error);

    /// <summary>Asserts a user error: exit code 1 and one line on the error stream, without a stack trace.</summary>
    public void AssertOneSentence(params string[] parts)
    {
        Assert.That(ExitCode, Is.EqualTo(1), $"{OutputText}\n{ErrorText}");
        Assert.That(Error, Has.Count.EqualTo(1), ErrorText);
        Assert.That(OutputText + ErrorText, Does.Not.Contain("   at ").And.Not.Contain("Exception"));
        foreach (var part in parts)
            Assert.That(ErrorText, Does.Contain(part));
    }
}
