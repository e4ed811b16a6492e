using System.Net;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Forwarding;

/// <summary>A client's request as the broker that forwards it sends it to the controller.</summary>
/// <param name="Header">The header of the client's request.</param>
/// <param name="Body">The body, in the version of the header. Part of the Envelope's memory.</param>
/// <param name="Principal">The principal the broker authenticated.</param>
/// <param name="ClientAddress">The address the client connected from.</param>
internal sealed record ForwardedRequest(RequestHeader Header, ReadOnlyMemory<byte> Body, KafkaPrincipal Principal, IPAddress ClientAddress);
