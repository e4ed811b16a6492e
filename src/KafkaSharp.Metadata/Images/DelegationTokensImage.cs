using System.Collections.Immutable;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>The delegation tokens by token id. Immutable; the records in an image must not be modified.</summary>
public sealed class DelegationTokensImage
{
    public static DelegationTokensImage Empty { get; } = new(ImmutableDictionary<string, DelegationTokenRecord>.Empty);

    internal DelegationTokensImage(ImmutableDictionary<string, DelegationTokenRecord> tokens) => Tokens = tokens;

    public ImmutableDictionary<string, DelegationTokenRecord> Tokens { get; }
}
