namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>The credentials that SCRAM logins are checked against. Called on any thread.</summary>
public interface IScramCredentials
{
    /// <summary>The credential of a user, or null.</summary>
    ScramUserCredential? OfUser(ScramMechanism mechanism, string name);

    /// <summary>The credential of a delegation token, by its id, or null.</summary>
    ScramUserCredential? OfToken(ScramMechanism mechanism, string tokenId);
}
