using System.Formats.Asn1;
using KafkaSharp.Security.Tls;

namespace KafkaSharp.Security.Tests.Tls;

internal sealed class DistinguishedNameTests
{
    /// <summary>The texts are those of Java's <c>X500Principal</c>.</summary>
    [TestCase(
        "MEExCzAJBgNVBAYTAlVTMQwwCgYDVQQKDANPcmcxFTATBgNVBAsMDFNlcnZpY2VVc2VyczENMAsGA1UEAwwERHVrZQ==",
        "CN=Duke,OU=ServiceUsers,O=Org,C=US")]
    [TestCase("MBsxGTAXBgNVBAMMEGEsYitjPSJkIlw8ZT47I2Y=", "CN=a\\,b\\+c\\=\\\"d\\\"\\\\\\<e\\>\\;\\#f")]
    [TestCase("MBAxDjAMBgNVBAMMBSBhIGIg", "CN=\\ a b\\ ")]
    [TestCase("MAsxCTAHBgNVBAMMAA==", "CN=")]
    [TestCase("MAA=", "")]
    [TestCase("MCsxDDAKBgNVBAoMA09yZzEbMAgGA1UEAwwBeDAPBgoJkiaJk/IsZAEBDAF5", "CN=x+UID=y,O=Org")]
    [TestCase("MCAxCjAIBgNVBAMMAWQxEjAQBgkqhkiG9w0BCQEWA2FAYg==", "1.2.840.113549.1.9.1=#1603614062,CN=d")]
    [TestCase("MC4xEzARBgoJkiaJk/IsZAEZFgNjb20xFzAVBgoJkiaJk/IsZAEZFgdleGFtcGxl", "DC=example,DC=com")]
    [TestCase("MA8xDTALBgNVBAMTBGFAYio=", "CN=a@b*")]
    [TestCase("MBAxDjAMBgNVBAMMBeaXpcOp", "CN=日é")]
    [TestCase("MA4xDDAKBgNVBAMMA2EAYg==", "CN=a\\00b")]
    [TestCase("MDYxCjAIBgNVBAcMAWwxCzAJBgNVBAgMAnN0MQ8wDQYDVQQJDAZzdHJlZXQxCjAIBgNVBAUTATc=", "2.5.4.5=#130137,STREET=street,ST=st,L=l")]
    public void A_name_is_written_as_Java_writes_it(string encoded, string text) =>
        Assert.That(DistinguishedName.Of(Convert.FromBase64String(encoded)), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("MAUxAzAB")]
    [TestCase("MIQ=")]
    public void What_is_no_name_is_refused(string encoded) =>
        Assert.That(() => DistinguishedName.Of(Convert.FromBase64String(encoded)), Throws.TypeOf<AsnContentException>());
}
