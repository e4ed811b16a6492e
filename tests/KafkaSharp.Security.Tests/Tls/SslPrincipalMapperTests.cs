using KafkaSharp.Security.Tls;

namespace KafkaSharp.Security.Tests.Tls;

/// <summary>What Kafka's own mapper makes of these rules.</summary>
internal sealed class SslPrincipalMapperTests
{
    private const string Duke = "CN=Duke,OU=ServiceUsers,O=Org,C=US";

    [TestCase(null, Duke, Duke)]
    [TestCase("DEFAULT", Duke, Duke)]
    [TestCase("", Duke, null)]
    [TestCase("RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/", Duke, "Duke")]
    [TestCase("RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/", "CN=admin", null)]
    [TestCase("RULE:^CN=(.*?),OU=(.*?),O=(.*?),C=(.*?)$/$1@$2/L", Duke, "duke@serviceusers")]
    [TestCase("RULE:^CN=(.*?),OU=(.*?),O=(.*?),C=(.*?)$/$1@$2/U, DEFAULT", Duke, "DUKE@SERVICEUSERS")]
    [TestCase("RULE:^CN=(.*?),OU=(.*?),O=(.*?),C=(.*?)$/$1@$2/U, DEFAULT", "CN=admin", "CN=admin")]
    [TestCase(" RULE:CN=admin/root/ , DEFAULT ", "CN=admin", "root")]
    [TestCase("RULE:^CN=(.*)$/$0-$1/", "CN=admin", "CN=admin-admin")]
    [TestCase("RULE:CN=(.*)/$12/", "CN=admin", "admin2")]
    [TestCase("RULE:CN=(admin)/$5/", "CN=admin", "$5")]
    [TestCase(@"RULE:CN=(.*)/\$1\/x/", "CN=admin", "$1/x")]
    [TestCase("RULE:CN=(?<n>admin)/${n}/", "CN=admin", "admin")]
    [TestCase("RULE:CN=(a)(d)(m)(i)(n)/$1$2$10/", "CN=admin", "ada0")]
    [TestCase("RULE:CN=adm/x/", "CN=admin", null, Description = "the pattern matches the whole name")]
    [TestCase("RULE:(.*)/a/", "CN=admin", "aa", Description = "every match is replaced, also the empty one at the end")]
    public void The_first_rule_that_matches_makes_the_name(string? rules, string distinguishedName, string? name) =>
        Assert.That(SslPrincipalMapper.Parse(rules).Apply(distinguishedName), Is.EqualTo(name));

    [TestCase("default")]
    [TestCase("RULE:a/b")]
    [TestCase("RULE:a/b/X")]
    [TestCase("RULE:(a/b/")]
    [TestCase("RULE:CN=admin/root/L RULE:CN=admin/x/")]
    // Kafka begins with these and then fails to authenticate every client.
    [TestCase("RULE:CN=.*/a$/")]
    [TestCase("RULE:CN=.*/$1/")]
    [TestCase("RULE:CN=(.*)/${n}/")]
    public void A_rule_that_is_none_is_refused(string rules) =>
        Assert.That(() => SslPrincipalMapper.Parse(rules), Throws.TypeOf<FormatException>());
}
