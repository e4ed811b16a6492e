namespace KafkaSharp.Configuration.Tests;

// The expected values are the results of java.util.Properties of Java 17.
public sealed class PropertiesFileTests
{
    [TestCase("a=b", "a", "b")]
    [TestCase("a:b", "a", "b")]
    [TestCase("a b", "a", "b")]
    [TestCase("a\tb", "a", "b")]
    [TestCase("  a = b ", "a", "b ")]
    [TestCase("a", "a", "")]
    [TestCase("a=", "a", "")]
    [TestCase("=b", "", "b")]
    [TestCase("a = = b", "a", "= b")]
    [TestCase("a : = b", "a", "= b")]
    [TestCase("a  =:b", "a", ":b")]
    [TestCase("a\\=b=c", "a=b", "c")]
    [TestCase("a\\ b=c", "a b", "c")]
    [TestCase("a\\:b:c", "a:b", "c")]
    [TestCase("a=b\\\n   c", "a", "bc")]
    [TestCase("a=b\\\r\n   c", "a", "bc")]
    [TestCase("a=b\\\\", "a", "b\\")]
    [TestCase("a=b\\", "a", "b")]
    [TestCase("a=b\\\n# c", "a", "b# c")]
    [TestCase("a=\\t\\n\\r\\f\\q\\u0041\\u20AC", "a", "\t\n\r\fqA€")]
    [TestCase("# x=y\n! z=w\n\n   \na=b#c", "a", "b#c")]
    [TestCase("#x\\\na=b", "a", "b")]
    [TestCase("a=1\na=2", "a", "2")]
    [TestCase("a=b\rc", "c", "")]
    [TestCase("\\\n#x\na=b", "a", "b")]
    public void Reads_like_Java(string text, string key, string value) =>
        Assert.That(PropertiesFile.Parse(text), Contains.Key(key).WithValue(value));

    [Test]
    public void Bytes_are_latin1() =>
        Assert.That(PropertiesFile.Parse([(byte)'a', (byte)'=', 0xe9]), Contains.Key("a").WithValue("é"));

    [TestCase("a=\\u12")]
    [TestCase("a=\\u12g4")]
    [TestCase("a=\\u+123")]
    public void Refuses_malformed_unicode_escapes(string text) =>
        Assert.That(() => PropertiesFile.Parse(text), Throws.TypeOf<FormatException>().With.Message.EqualTo("Malformed \\uxxxx encoding."));

    [Test]
    public void Writes_like_Java()
    {
        KeyValuePair<string, string>[] properties = [new("a b", " x y"), new("k:1", "=\\#!:\t\n\r\f"), new("ü", "€")];
        var date = new DateTimeOffset(2026, 11, 21, 5, 34, 56, TimeSpan.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(PropertiesFile.Format(properties, "", date), Is.EqualTo(
                "#\n#Sat Nov 21 05:34:56 UTC 2026\na\\ b=\\ x y\nk\\:1=\\=\\\\\\#\\!\\:\\t\\n\\r\\f\nü=€\n"));
            Assert.That(PropertiesFile.Format(properties[2..], escapeUnicode: true), Is.EqualTo("\\u00FC=\\u20AC\n"));
        });
    }

    [Test]
    public void Written_properties_are_read_back()
    {
        var random = new Random(17);
        const string alphabet = "ab =:#!\\\t\n\r\fü€ ";
        for (var round = 0; round < 2000; round++)
        {
            string Any() => new(random.GetItems<char>(alphabet, random.Next(0, 8)));
            var (key, value) = (Any(), Any());
            foreach (var escape in new[] { true, false })
            {
                var text = PropertiesFile.Format([new(key, value)], escapeUnicode: escape);
                Assert.That(PropertiesFile.Parse(text), Is.EqualTo(new Dictionary<string, string> { [key] = value }), text);
            }
        }
    }
}
