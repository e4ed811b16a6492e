using System.Collections.Immutable;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The SCRAM credentials by mechanism and user. Immutable; the records in an image must not be modified.
/// </summary>
public sealed class ScramImage
{
    public static ScramImage Empty { get; } = new(ImmutableDictionary<ScramUser, UserScramCredentialRecord>.Empty);

    internal ScramImage(ImmutableDictionary<ScramUser, UserScramCredentialRecord> credentials) => Credentials = credentials;

    public ImmutableDictionary<ScramUser, UserScramCredentialRecord> Credentials { get; }
}
