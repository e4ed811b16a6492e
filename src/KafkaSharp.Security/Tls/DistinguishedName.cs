using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace KafkaSharp.Security.Tls;

/// <summary>
/// The name of a certificate's subject in the form that Kafka uses for principals, that of Java's <c>X500Principal.getName</c> (RFC 2253):
/// the last part first, known attributes by keyword, others by number with their encoded value.
/// </summary>
public static class DistinguishedName
{
    private const string Escaped = ",=+<>#;\"\\";

    private static readonly Dictionary<string, string> s_keywords = new()
    {
        ["2.5.4.3"] = "CN", ["2.5.4.6"] = "C", ["2.5.4.7"] = "L", ["2.5.4.8"] = "ST", ["2.5.4.9"] = "STREET", ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU", ["0.9.2342.19200300.100.1.1"] = "UID", ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    // As Java does, all are read as UTF-8 and none is checked: many certificates have characters that their type does not allow.
    private static readonly HashSet<UniversalTagNumber> s_strings =
    [
        UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString, UniversalTagNumber.IA5String, UniversalTagNumber.TeletexString,
        UniversalTagNumber.BMPString, UniversalTagNumber.GeneralString, UniversalTagNumber.UniversalString,
    ];

    public static string Of(X509Certificate2 certificate) => Of(certificate.SubjectName.RawData);

    /// <summary>The text of an encoded name.</summary>
    /// <exception cref="AsnContentException">It is not encoded as a name.</exception>
    public static string Of(ReadOnlyMemory<byte> encoded)
    {
        var parts = new List<string>();
        var name = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            var attributes = new List<string>();
            var part = name.ReadSetOf(skipSortOrderValidation: true);
            while (part.HasData)
                attributes.Add(Attribute(part.ReadSequence()));
            parts.Insert(0, string.Join('+', attributes));
        }
        return string.Join(',', parts);
    }

    private static string Attribute(AsnReader attribute)
    {
        var id = attribute.ReadObjectIdentifier();
        var encoded = attribute.ReadEncodedValue();
        return s_keywords.TryGetValue(id, out var keyword) && Text(encoded) is { } text
            ? $"{keyword}={Escape(text)}"
            : $"{id}=#{Convert.ToHexStringLower(encoded.Span)}";
    }

    private static string? Text(ReadOnlyMemory<byte> encoded)
    {
        var tag = Asn1Tag.Decode(encoded.Span, out _);
        if (tag.TagClass != TagClass.Universal || !s_strings.Contains((UniversalTagNumber)tag.TagValue))
            return null;
        AsnDecoder.ReadEncodedValue(encoded.Span, AsnEncodingRules.DER, out var offset, out var length, out _);
        return Encoding.UTF8.GetString(encoded.Span.Slice(offset, length));
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        var (begin, end) = (text.Length - text.TrimStart(' ').Length, text.TrimEnd(' ').Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i < begin || i >= end || Escaped.Contains(text[i], StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(text[i] == '\0' ? "\\00" : text[i].ToString());
        }
        return escaped.ToString();
    }
}
