using System.Text;
using KafkaSharp.Security.Sasl;

namespace KafkaSharp.Security.Tests.Sasl;

internal sealed class PlainExchangeTests
{
    private static readonly Dictionary<string, string> s_passwords = new() { ["alice"] = "secret", ["empty"] = "" };

    [TestCase("\0alice\0secret", null)]
    [TestCase("alice\0alice\0secret", null)]
    [TestCase("bob\0alice\0secret", "Authentication failed: Client requested an authorization id that is different from username")]
    [TestCase("\0alice\0Secret", "Authentication failed: Invalid username or password")]
    [TestCase("\0bob\0secret", "Authentication failed: Invalid username or password")]
    [TestCase("\0bob\0x", "Authentication failed: Invalid username or password")]
    [TestCase("\0\0secret", "Authentication failed: username not specified")]
    [TestCase("\0alice\0", "Authentication failed: password not specified")]
    [TestCase("\0empty\0", "Authentication failed: password not specified")]
    [TestCase("alice\0secret", "Invalid SASL/PLAIN response: expected 3 tokens, got 2")]
    [TestCase("", "Invalid SASL/PLAIN response: expected 3 tokens, got 1")]
    [TestCase("\0alice\0secret\0\0\0", "Invalid SASL/PLAIN response: expected 3 tokens, got 4")]
    public void A_message_logs_in_or_says_why_not(string message, string? failure)
    {
        var step = new PlainExchange(s_passwords).Evaluate(Encoding.UTF8.GetBytes(message));
        Assert.That(step.Failure, Is.EqualTo(failure));
        Assert.That(step.IsFailureForClient, Is.EqualTo(failure is not null));
        Assert.That(step.Principal?.ToString(), Is.EqualTo(failure is null ? "User:alice" : null));
        Assert.That(step.Challenge.Length, Is.Zero);
    }
}
