using KafkaSharp.Security.Jaas;

namespace KafkaSharp.Security.Tests.Jaas;

/// <summary>What Kafka's own parser makes of these texts.</summary>
internal sealed class JaasEntryTests
{
    private const string Plain = "org.apache.kafka.common.security.plain.PlainLoginModule";

    [TestCase("username=\"admin\" password=\"p;'=\" user_a=\"x\"", "username=admin|password=p;'=|user_a=x")]
    [TestCase("a='it is \"quoted\"'", "a=it is \"quoted\"")]
    [TestCase("a=word.1-2_$", "a=word.1-2_$")]
    [TestCase("a = \"b\"\n  c\t=\r\nd", "a=b|c=d")]
    [TestCase("// a=b\n/* c=d\n */ e=f // g=h", "e=f")]
    [TestCase("a=b / to the end of the line\nc=d", "a=b|c=d")]
    [TestCase("a=b /\nc=d\ne=f", "a=b|e=f")]
    [TestCase("a=\"\\\"\\\\\\n\\t\\101\\0\\q\"", "a=\"\\\n\tA\0q")]
    [TestCase("a=\"\\3777\\4777\"", "a=\u00ff7\u002777")]
    [TestCase("a=\"\" b=''", "a=|b=")]
    [TestCase("a=1st", null, "Value not specified for key 'a' in JAAS config")]
    [TestCase("a=b@c", null, "Value not specified for key 'null' in JAAS config")]
    [TestCase("a", null, "Value not specified for key 'a' in JAAS config")]
    [TestCase("a=", null, "Value not specified for key 'a' in JAAS config")]
    [TestCase("a=b c", null, "Value not specified for key 'c' in JAAS config")]
    [TestCase("a=\"b\nc=\"", null, "JAAS config entry not terminated by semi-colon")]
    [TestCase("", "")]
    [TestCase("a=b a=c", "a=c")]
    public void Options_are_read(string text, string? options, string? error = null)
    {
        var terminated = text.Contains('/', StringComparison.Ordinal) ? $"{Plain} required {text}\n;" : $"{Plain} required {text};";
        if (error is not null)
        {
            Assert.That(() => JaasEntry.Parse(terminated), Throws.TypeOf<JaasException>().With.Message.EqualTo(error));
            return;
        }
        var entry = JaasEntry.Parse(terminated).Single();
        Assert.That(entry.LoginModule, Is.EqualTo(Plain));
        Assert.That(string.Join('|', entry.Options.Select(option => $"{option.Key}={option.Value}")), Is.EqualTo(options));
    }

    [TestCase("", "Login module not specified in JAAS config")]
    [TestCase(" // nothing", "Login module not specified in JAAS config")]
    [TestCase("Module", "Login module control flag not specified in JAAS config")]
    [TestCase("Module;", "Login module control flag is not available in the JAAS config")]
    [TestCase("Module needed;", "Invalid login module control flag 'needed' in JAAS config")]
    [TestCase("Module required", "JAAS config entry not terminated by semi-colon")]
    [TestCase("Module required a=b", "JAAS config entry not terminated by semi-colon")]
    [TestCase("Module required; Other", "Login module control flag not specified in JAAS config")]
    public void A_text_that_is_no_configuration_is_refused(string text, string error) =>
        Assert.That(() => JaasEntry.Parse(text), Throws.TypeOf<JaasException>().With.Message.EqualTo(error));

    [Test]
    public void Several_modules_are_read_and_their_values_are_not_shown()
    {
        var entries = JaasEntry.Parse("A Required x=secret; B sufficient;");
        Assert.That(entries.Select(entry => entry.ToString()), Is.EqualTo(new[] { "A x", "B " }));
    }
}
