using System.Text;
using KafkaSharp.Security.Sasl;
using KafkaSharp.Security.Sasl.Scram;

namespace KafkaSharp.Security.Tests.Sasl;

internal sealed class ScramExchangeTests
{
    private const string Salt = "W22ZaJ0SNY7soEsUEjb6gQ==";

    private static readonly ScramMechanism[] s_mechanisms = [ScramMechanism.Sha256, ScramMechanism.Sha512];

    [TestCaseSource(nameof(s_mechanisms))]
    public void A_user_logs_in_with_the_password_and_learns_that_the_broker_knows_it(ScramMechanism mechanism)
    {
        var users = new KnownUsers();
        users.Add(mechanism, "alice", "secret", Salt);
        var (client, exchange) = (new ScramClient(mechanism, "alice", "secret"), new ScramExchange(mechanism, users));
        var challenge = exchange.Evaluate(client.First());
        Assert.That(challenge.Principal, Is.Null);
        var end = exchange.Evaluate(client.Final(challenge.Challenge));
        Assert.That(end.Principal?.ToString(), Is.EqualTo("User:alice"), end.Failure);
        Assert.That(client.Accepts(end.Challenge));
        Assert.That(end.ExpiresAtMs, Is.Null);
    }

    /// <summary>The example of RFC 7677.</summary>
    [Test]
    public void The_messages_are_those_of_the_standard()
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "user", "pencil", Salt);
        var exchange = new ScramExchange(ScramMechanism.Sha256, users, () => "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        Assert.That(Text(exchange.Evaluate("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"u8)), Is.EqualTo(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        Assert.That(
            Text(exchange.Evaluate(
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="u8)),
            Is.EqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    [TestCase("secret ", "alice")]
    [TestCase("secret", "Alice")]
    [TestCase("", "alice")]
    public void A_wrong_password_or_user_is_refused_without_a_reason_for_the_client(string password, string user)
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "alice", "secret", Salt);
        var (client, exchange) = (new ScramClient(ScramMechanism.Sha256, user, password), new ScramExchange(ScramMechanism.Sha256, users));
        var step = exchange.Evaluate(client.First());
        if (user == "alice")
            step = exchange.Evaluate(client.Final(step.Challenge));
        Assert.That(step.Principal, Is.Null);
        Assert.That(step.Failure, Is.Not.Null.And.Not.Contains("secret"));
        Assert.That(step.IsFailureForClient, Is.False);
    }

    [Test]
    public void A_delegation_token_logs_in_as_its_owner_until_it_expires()
    {
        var users = new KnownUsers();
        users.AddToken(ScramMechanism.Sha512, "token", "hmac", "owner", 123);
        Assert.That(LogIn(users, ScramMechanism.Sha512, "token", "hmac", ",tokenauth=true"), Is.EqualTo(("User:owner", 123L)));
        Assert.That(LogIn(users, ScramMechanism.Sha512, "token", "hmac", ",tokenauth=true,other=1").Principal, Is.EqualTo("User:owner"));
        Assert.That(LogIn(users, ScramMechanism.Sha512, "token", "hmac", ""), Is.EqualTo(((string?)null, (long?)null)), "no user");
        Assert.That(LogIn(users, ScramMechanism.Sha512, "token", "hmac", ",tokenauth=false").Principal, Is.Null);
    }

    [Test]
    public void Commas_and_equals_signs_in_names_are_escaped()
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "CN=a,O=b", "secret", Salt);
        Assert.That(LogIn(users, ScramMechanism.Sha256, "CN=3Da=2CO=3Db", "secret", "").Principal, Is.EqualTo("User:CN=a,O=b"));
    }

    [TestCase("n,,", true)]
    [TestCase("n,a=alice,", true)]
    [TestCase("n,a=bob,", false)]
    public void An_authorization_id_must_be_the_user(string header, bool isAllowed)
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "alice", "secret", Salt);
        var client = new ScramClient(ScramMechanism.Sha256, "alice", "secret", header: header);
        var exchange = new ScramExchange(ScramMechanism.Sha256, users);
        var step = exchange.Evaluate(client.First());
        if (isAllowed)
        {
            Assert.That(exchange.Evaluate(client.Final(step.Challenge)).Principal?.Name, Is.EqualTo("alice"));
            return;
        }
        Assert.That(step.Failure, Is.EqualTo(
            "Authentication failed: Client requested an authorization id that is different from username"));
        Assert.That(step.IsFailureForClient);
    }

    [TestCase("")]
    [TestCase("n,,n=alice")]
    [TestCase("y,,n=alice,r=abc")]
    [TestCase("p=tls-unique,,n=alice,r=abc")]
    [TestCase("n,,n=,r=abc")]
    [TestCase("n,,n=alice,r=")]
    [TestCase("n,,n=al=ice,r=abc")]
    [TestCase("n,,n=alicé,r=abc")]
    [TestCase("n,,n=alice,r=a bc")]
    [TestCase("n,b=alice,n=alice,r=abc")]
    [TestCase("n,,n=alice,r=abc,")]
    [TestCase("n,,n=alice,r=abc,1=x")]
    [TestCase("n,,n=alice,r=abc,x")]
    [TestCase("n,,r=abc,n=alice")]
    [TestCase("n,,m=,n=alice,r=abc")]
    public void A_first_message_that_is_none_is_refused(string message)
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "alice", "secret", Salt);
        Assert.That(new ScramExchange(ScramMechanism.Sha256, users).Evaluate(Encoding.UTF8.GetBytes(message)).Failure, Is.EqualTo(
            "Invalid SCRAM client first message format"));
    }

    [TestCase("p=", "q=")]
    [TestCase("c=", "d=")]
    [TestCase("r=abc", "r=xbc")]
    [TestCase("r=abc", "r=abcd")]
    [TestCase(",p=", ",p=A")]
    [TestCase(",p=", ",p= ")]
    [TestCase(",p=", ",p=AAAA")]
    [TestCase("c=biws", "c=eSws")]
    [TestCase(",r=", ",m=1,r=")]
    public void A_final_message_that_is_changed_is_refused(string before, string after)
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "alice", "secret", Salt);
        var client = new ScramClient(ScramMechanism.Sha256, "alice", "secret");
        var exchange = new ScramExchange(ScramMechanism.Sha256, users);
        var challenge = exchange.Evaluate(client.First()).Challenge;
        var end = exchange.Evaluate(client.Final(challenge, message => message.Replace(before, after, StringComparison.Ordinal)));
        Assert.That(end.Principal, Is.Null);
        Assert.That(end.Failure, Is.Not.Null);
    }

    [Test]
    public void A_credential_of_too_few_iterations_is_refused()
    {
        var users = new KnownUsers();
        users.Add(ScramMechanism.Sha256, "alice", "secret", Salt, iterations: 4095);
        Assert.That(new ScramExchange(ScramMechanism.Sha256, users).Evaluate("n,,n=alice,r=abc"u8).Failure, Is.EqualTo(
            "Iterations 4095 is less than the minimum 4096 for SCRAM-SHA-256"));
    }

    private static (string? Principal, long? ExpiresAtMs) LogIn(
        KnownUsers users, ScramMechanism mechanism, string name, string password, string extensions)
    {
        var (client, exchange) = (new ScramClient(mechanism, name, password, extensions), new ScramExchange(mechanism, users));
        var step = exchange.Evaluate(client.First());
        if (step.Failure is null)
            step = exchange.Evaluate(client.Final(step.Challenge));
        return (step.Principal?.ToString(), step.ExpiresAtMs);
    }

    private static string Text(SaslStep step) => step.Failure ?? Encoding.UTF8.GetString(step.Challenge.Span);
}
