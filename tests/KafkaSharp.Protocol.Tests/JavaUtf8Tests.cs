namespace KafkaSharp.Protocol.Tests;

/// <summary>Malformed UTF-8, compared with the results of <c>new String(bytes, UTF_8)</c> and <c>getBytes(UTF_8)</c> of Java 17.</summary>
internal sealed class JavaUtf8Tests
{
    [TestCase("80", "fffd")]
    [TestCase("c0", "fffd")]
    [TestCase("c080", "fffdfffd")]
    [TestCase("c1bf", "fffdfffd")]
    [TestCase("e0", "fffd")]
    [TestCase("e080", "fffdfffd")]
    [TestCase("e08080", "fffdfffdfffd")]
    [TestCase("e09f80", "fffdfffdfffd")]
    [TestCase("eda080", "fffd")]
    [TestCase("edbfbf", "fffd")]
    [TestCase("eda0bdedb880", "fffdfffd")]
    [TestCase("f0", "fffd")]
    [TestCase("f09f", "fffd")]
    [TestCase("f09f98", "fffd")]
    [TestCase("f0808080", "fffdfffdfffdfffd")]
    [TestCase("f08fbfbf", "fffdfffdfffdfffd")]
    [TestCase("f4908080", "fffdfffdfffdfffd")]
    [TestCase("f5808080", "fffdfffdfffdfffd")]
    [TestCase("f8888080", "fffdfffdfffdfffd")]
    [TestCase("fc80", "fffdfffd")]
    [TestCase("ff", "fffd")]
    [TestCase("fe", "fffd")]
    [TestCase("61e0", "0061fffd")]
    [TestCase("61e08062", "0061fffdfffd0062")]
    [TestCase("61f09f62", "0061fffd0062")]
    [TestCase("61f09f9862", "0061fffd0062")]
    [TestCase("c2", "fffd")]
    [TestCase("c241", "fffd0041")]
    [TestCase("e28261", "fffd0061")]
    [TestCase("e2e282ac", "fffd20ac")]
    [TestCase("f0f09f9880", "fffdd83dde00")]
    [TestCase("eda0", "fffd")]
    [TestCase("eda041", "fffd0041")]
    [TestCase("ed9fbf", "d7ff")]
    [TestCase("ee8080", "e000")]
    [TestCase("f48fbfbf", "dbffdfff")]
    [TestCase("f490", "fffdfffd")]
    [TestCase("f880808080", "fffdfffdfffdfffdfffd")]
    [TestCase("c3a9", "00e9")]
    [TestCase("efbfbf", "ffff")]
    [TestCase("e1808061c0ff", "10000061fffdfffd")]
    [TestCase("f18080", "fffd")]
    [TestCase("f1808080", "d8c0dc00")]
    [TestCase("f1c0", "fffdfffd")]
    [TestCase("f180c0", "fffdfffd")]
    [TestCase("f18080c0", "fffdfffd")]
    [TestCase("e0a0", "fffd")]
    [TestCase("e0a0c0", "fffdfffd")]
    [TestCase("e1c080", "fffdfffdfffd")]
    [TestCase("ed", "fffd")]
    [TestCase("eda0c0", "fffdfffd")]
    [TestCase("80808080", "fffdfffdfffdfffd")]
    public void Bytes_are_decoded_as_in_Java(string bytes, string characters)
    {
        var text = JavaUtf8.GetString(Convert.FromHexString(bytes));
        Assert.That(Convert.ToHexStringLower(Units(text)), Is.EqualTo(characters));
    }

    [TestCase("3f", 0xd800)]
    [TestCase("613f62", 0x61, 0xdc00, 0x62)]
    [TestCase("f09f9880", 0xd83d, 0xde00)]
    [TestCase("3f78", 0xd83d, 0x78)]
    [TestCase("3f3f", 0xde00, 0xd83d)]
    public void An_unpaired_surrogate_is_encoded_as_a_question_mark(string bytes, params int[] units)
    {
        var text = new string([.. units.Select(u => (char)u)]);
        var written = new byte[JavaUtf8.GetByteCount(text)];
        Assert.That(JavaUtf8.GetBytes(text, written), Is.EqualTo(written.Length));
        Assert.That(Convert.ToHexStringLower(written), Is.EqualTo(bytes));
    }

    private static byte[] Units(string text) => [.. text.SelectMany(c => new[] { (byte)(c >> 8), (byte)c })];
}
