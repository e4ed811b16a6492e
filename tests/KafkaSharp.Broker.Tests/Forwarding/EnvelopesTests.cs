using System.Net;
using KafkaSharp.Broker.Forwarding;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Tests.Forwarding;

internal sealed class EnvelopesTests
{
    private static readonly ControllerRequestContext s_context = new(new KafkaPrincipal("User", "alice"))
    {
        ApiVersion = 1, ClientId = "app", ClientAddress = IPAddress.Parse("10.1.2.3"),
    };

    // The framed bytes of DefaultPrincipalData made by Kafka's own class.
    [TestCase("type-1", "name-2", true, "000007747970652d31076e616d652d320100")]
    [TestCase("", "", false, "000001010000")]
    [TestCase("\0\u0001", "grüße", false, "0000030001086772c3bcc39f650000")]
    public void A_principal_has_Kafkas_bytes(string type, string name, bool tokenAuthenticated, string hex)
    {
        Assert.That(Convert.ToHexStringLower(PrincipalSerde.Write(new KafkaPrincipal(type, name, tokenAuthenticated))), Is.EqualTo(hex));
        var read = PrincipalSerde.Read(Convert.FromHexString(hex));
        Assert.That((read.Type, read.Name, read.TokenAuthenticated), Is.EqualTo((type, name, tokenAuthenticated)));
    }

    // UnregisterBroker is flexible from version 0 on: header version 2.
    [Test]
    public void A_request_is_wrapped_with_header_principal_and_address()
    {
        var envelope = Envelopes.Wrap(s_context with { ApiVersion = 0 }, new UnregisterBrokerRequest { BrokerId = 5 }, correlationId: 7);
        Assert.That(Convert.ToHexStringLower(envelope.RequestData), Is.EqualTo(
            "0040" + "0000" + "00000007" + "0003617070" + "00" + "00000005" + "00"));
        Assert.That(Convert.ToHexStringLower(envelope.RequestPrincipal!), Is.EqualTo("0000" + "0555736572" + "06616c696365" + "00" + "00"));
        Assert.That(envelope.ClientHostAddress, Is.EqualTo(new byte[] { 10, 1, 2, 3 }));
    }

    [TestCase("10.1.2.3", "0a010203")]
    [TestCase("::ffff:10.1.2.3", "0a010203")]
    [TestCase("::1", "00000000000000000000000000000001")]
    public void An_address_has_four_or_sixteen_bytes(string address, string hex)
    {
        var context = s_context with { ClientAddress = IPAddress.Parse(address) };
        Assert.That(Convert.ToHexStringLower(Envelopes.Wrap(context, new AlterConfigsRequest(), 1).ClientHostAddress), Is.EqualTo(hex));
    }

    [Test]
    public void A_wrapped_request_is_unwrapped()
    {
        var forwarded = Envelopes.Unwrap(Envelopes.Wrap(s_context, new AlterConfigsRequest { ValidateOnly = true }, correlationId: 7));
        Assert.That(
            (forwarded.Header.RequestApiKey, forwarded.Header.RequestApiVersion, forwarded.Header.CorrelationId, forwarded.Header.ClientId),
            Is.EqualTo(((short)ApiKey.AlterConfigs, (short)1, 7, "app")));
        Assert.That((forwarded.Principal, forwarded.ClientAddress), Is.EqualTo((s_context.Principal, s_context.ClientAddress)));
        var reader = new KafkaReader(forwarded.Body);
        Assert.That(AlterConfigsRequest.Read(ref reader, 1).ValidateOnly);
        Assert.That(reader.Remaining, Is.Zero);
    }

    [Test]
    public void An_envelope_that_cannot_be_trusted_is_refused()
    {
        static EnvelopeRequest Envelope() => Envelopes.Wrap(s_context, new AlterConfigsRequest(), 1);
        Assert.Multiple(() =>
        {
            AssertRefused(Envelope(), e => e.ClientHostAddress = [1, 2, 3], ErrorCode.InvalidRequest);
            AssertRefused(Envelope(), e => e.RequestData = [0], ErrorCode.InvalidRequest);
            AssertRefused(Envelope(), e => e.RequestData = [0, 33, 0, 1, 0], ErrorCode.InvalidRequest);
            AssertRefused(Envelope(), e => e.RequestData = [0x7f, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff], ErrorCode.InvalidRequest);
            AssertRefused(Envelope(), e => e.RequestPrincipal = null, ErrorCode.PrincipalDeserializationFailure);
            AssertRefused(Envelope(), e => e.RequestPrincipal = [0, 9, 1, 1, 0, 0], ErrorCode.PrincipalDeserializationFailure);
            AssertRefused(Envelope(), e => e.RequestPrincipal = [0, 0, 5, 1], ErrorCode.PrincipalDeserializationFailure);
            // BrokerHeartbeat is for brokers, which connect to the controller themselves.
            AssertRefused(
                Envelopes.Wrap(s_context with { ApiVersion = 0 }, new BrokerHeartbeatRequest(), 1), _ => { }, ErrorCode.InvalidRequest);
        });
    }

    [Test]
    public void A_response_comes_back_as_it_was_sent()
    {
        var envelope =
            Envelopes.Wrap(new UnregisterBrokerResponse { ErrorCode = ErrorCode.BrokerIdNotRegistered, ErrorMessage = null }, 0, 7);
        Assert.That(Convert.ToHexStringLower(envelope.ResponseData!), Is.EqualTo("00000007" + "00" + "00000000" + "0066" + "00" + "00"));
        Assert.That(Envelopes.Unwrap<UnregisterBrokerResponse>(envelope, 0, 7).ErrorCode, Is.EqualTo(ErrorCode.BrokerIdNotRegistered));
    }

    [TestCase(ErrorCode.NotController, ErrorCode.NotController)]
    [TestCase(ErrorCode.PrincipalDeserializationFailure, ErrorCode.UnknownServerError)]
    [TestCase(ErrorCode.None, ErrorCode.UnknownServerError)]
    public void An_error_of_the_envelope_is_not_shown_to_the_client(ErrorCode error, ErrorCode expected) =>
        Assert.That(() => Envelopes.Unwrap<UnregisterBrokerResponse>(new EnvelopeResponse { ErrorCode = error }, 0, 7),
            Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(expected));

    [Test]
    public void A_response_that_does_not_belong_to_the_request_or_is_cut_short_is_an_unknown_error()
    {
        var envelope = Envelopes.Wrap(new UnregisterBrokerResponse(), 0, 8);
        Assert.That(() => Envelopes.Unwrap<UnregisterBrokerResponse>(envelope, 0, 7), Throws.TypeOf<StateMachineException>());
        envelope.ResponseData = envelope.ResponseData![..6];
        Assert.That(() => Envelopes.Unwrap<UnregisterBrokerResponse>(envelope, 0, 8), Throws.TypeOf<StateMachineException>());
    }

    private static void AssertRefused(EnvelopeRequest envelope, Action<EnvelopeRequest> change, ErrorCode error)
    {
        change(envelope);
        Assert.That(() => Envelopes.Unwrap(envelope), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(error));
    }
}
