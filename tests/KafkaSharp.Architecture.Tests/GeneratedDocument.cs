using NUnit.Framework;

namespace KafkaSharp.Architecture.Tests;

/// <summary>A document below <c>docs</c> that is made from the code: the committed file must be what the code gives now.</summary>
internal static class GeneratedDocument
{
    private const string Rewrite = "KAFKASHARP_WRITE_DOCS";

    /// <summary>The line under the title of every one of them.</summary>
    public const string Notice =
        $"Written by a test from the code itself: `{Rewrite}=1 dotnet test tests/KafkaSharp.Architecture.Tests` brings it up to date.";

    public static void Verify(string name, string text)
    {
        var path = Path.Combine(Repository.Root, "docs", name);
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(path, text);
        Assert.That(File.Exists(path), $"docs/{name} is missing; write it with {Rewrite}=1");
        Assert.That(File.ReadAllText(path), Is.EqualTo(text), $"docs/{name} differs from the code; update it with {Rewrite}=1");
    }
}
