using System.Collections.Immutable;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>The delegation tokens by token id, as their records. Immutable: nobody changes a record that is in an image.</summary>
public sealed class DelegationTokensImage
{
    public static DelegationTokensImage Empty { get; } = new(ImmutableDictionary<string, DelegationTokenRecord>.Empty);

    internal DelegationTokensImage(ImmutableDictionary<string, DelegationTokenRecord> tokens) => Tokens = tokens;

    public ImmutableDictionary<string, DelegationTokenRecord> Tokens { get; }
}
