using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Tests.Messages;

namespace KafkaSharp.Protocol.Tests;

/// <summary>Headers of requests: their version follows from the API.</summary>
sealed class RequestHeaderParserTests
{
    [TestCase(ApiKey.Produce, (short)8, (short)1)]
    [TestCase(ApiKey.Produce, (short)9, (short)2)]
    [TestCase(ApiKey.Produce, (short)99, (short)2)]
    [TestCase(ApiKey.Produce, (short)0, (short)1)]
    [TestCase(ApiKey.ApiVersions, (short)2, (short)1)]
    [TestCase(ApiKey.ApiVersions, (short)77, (short)2)]
    [TestCase(ApiKey.SaslHandshake, (short)1, (short)1)]
    public void The_version_follows_from_the_api_and_its_version(ApiKey key, short version, short headerVersion)
    {
        var sent = new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, CorrelationId = 7, ClientId = "c" };
        var frame = MessageCodec.Encode(sent, headerVersion);
        var reader = new KafkaReader((byte[])[.. frame, 42]);
        var header = RequestHeaderParser.Parse(ref reader, out var api);
        Assert.That((header.CorrelationId, header.ClientId, api.ApiKey, reader.Remaining), Is.EqualTo((7, "c", key, 1)));
    }

    [Test]
    public void A_null_client_id_is_read_as_empty()
    {
        var frame = MessageCodec.Encode(new RequestHeader { RequestApiKey = 3, RequestApiVersion = 1, ClientId = null }, 1);
        var reader = new KafkaReader(frame);
        Assert.That(RequestHeaderParser.Parse(ref reader, out _).ClientId, Is.Empty);
    }

    [TestCase("", TestName = "Header: nothing")]
    [TestCase("000000", TestName = "Header: cut in the version")]
    [TestCase("0000000900000001", TestName = "Header: cut before the client id")]
    [TestCase("00000009000000010005", TestName = "Header: cut in the client id")]
    [TestCase("ffff0000000000010000", TestName = "Header: key below all")]
    [TestCase("005d0000000000010000", TestName = "Header: key above all")]
    [TestCase("00040000000000010000", TestName = "Header: key of an API that is gone")]
    public void What_is_no_header_is_refused(string hex) => Assert.That(
        () =>
        {
            var reader = new KafkaReader(Convert.FromHexString(hex));
            RequestHeaderParser.Parse(ref reader, out _);
        },
        Throws.TypeOf<ProtocolException>());
}
