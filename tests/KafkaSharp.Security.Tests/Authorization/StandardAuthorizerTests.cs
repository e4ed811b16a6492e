using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Security.Tests.Authorization;

internal sealed class StandardAuthorizerTests
{
    [Test]
    public void Nothing_is_allowed_without_an_entry_except_to_super_users()
    {
        var acls = new Acls(false, "User:root");
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "t"), Is.False);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "t", "User:root"));
        acls.Add(ResourceType.Topic, PatternType.Literal, "*", AclOperation.All, AclPermissionType.Deny, "User:*");
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "t", "User:root"));
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic, "User:root"));
    }

    [Test]
    public void Everything_may_be_allowed_for_resources_without_any_entry()
    {
        var acls = new Acls(allowEveryoneIfNoAclFound: true);
        Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "t"));
        var id = acls.Add(ResourceType.Topic, PatternType.Prefixed, "t", AclOperation.Read, principal: "User:b");
        Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "t"), Is.False);
        Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "s"));
        acls.Remove(id);
        Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "t"));
    }

    [TestCase(PatternType.Literal, "foo", "foo", true)]
    [TestCase(PatternType.Literal, "foo", "foobar", false)]
    [TestCase(PatternType.Literal, "*", "foo", true)]
    [TestCase(PatternType.Literal, "*", "*", true)]
    [TestCase(PatternType.Prefixed, "foo", "foo", true)]
    [TestCase(PatternType.Prefixed, "foo", "foobar", true)]
    [TestCase(PatternType.Prefixed, "foo", "fo", false)]
    [TestCase(PatternType.Prefixed, "*", "foo", false)]
    [TestCase(PatternType.Prefixed, "*", "*foo", true)]
    // Seen at the genuine authorizer.
    [TestCase(PatternType.Literal, "*", "*foo", false)]
    public void A_pattern_matches_names(PatternType pattern, string name, string requested, bool matches)
    {
        var acls = new Acls();
        acls.Add(ResourceType.Group, pattern, name, AclOperation.Read);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Group, requested), Is.EqualTo(matches));
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.TransactionalId, requested), Is.False);
    }

    [Test]
    public void An_entry_that_denies_outweighs_all_that_allow()
    {
        foreach (var (pattern, name) in new[] { (PatternType.Literal, "foo"), (PatternType.Prefixed, "fo"), (PatternType.Literal, "*") })
        {
            var acls = new Acls();
            acls.Add(ResourceType.Topic, PatternType.Literal, "foo", AclOperation.All);
            var denied = acls.Add(ResourceType.Topic, pattern, name, AclOperation.Write, AclPermissionType.Deny);
            acls.Add(ResourceType.Topic, PatternType.Prefixed, "foo", AclOperation.All);
            Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "foo"), Is.False);
            Assert.That(acls.Allow(AclOperation.Describe, ResourceType.Topic, "foo"));
            acls.Remove(denied);
            Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "foo"));
        }
    }

    [Test]
    public void A_prefix_stays_when_one_of_the_same_length_is_removed()
    {
        var acls = new Acls();
        var removed = acls.Add(ResourceType.Topic, PatternType.Prefixed, "aa", AclOperation.Read);
        acls.Add(ResourceType.Topic, PatternType.Prefixed, "bb", AclOperation.Read);
        var second = acls.Add(ResourceType.Topic, PatternType.Prefixed, "bb", AclOperation.Write);
        acls.Remove(removed);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "bbb"));
        acls.Remove(second);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "bbb"));
        Assert.That(acls.Allow(AclOperation.Write, ResourceType.Topic, "bbb"), Is.False);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "aaa"), Is.False);
    }

    [TestCase("10.0.0.1", "10.0.0.1", true)]
    [TestCase("10.0.0.1", "10.0.0.2", false)]
    [TestCase("10.0.0.1", "::ffff:10.0.0.1", true)]
    [TestCase("0:0:0:0:0:0:0:1", "::1", true)]
    [TestCase("::1", "::1", false)]
    [TestCase("10.0.0.0/8", "10.0.0.1", false)]
    [TestCase("localhost", "127.0.0.1", false)]
    public void A_host_is_compared_in_the_form_that_Java_gives_it(string host, string client, bool matches)
    {
        var acls = new Acls();
        acls.Add(ResourceType.Topic, PatternType.Literal, "t", AclOperation.Read, host: host);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "t", host: client), Is.EqualTo(matches));
    }

    [TestCase("User:a", "User:a", true)]
    [TestCase("User:a", "Group:a", false)]
    [TestCase("User:*", "Group:a", true)]
    [TestCase("Group:*", "Group:a", false)]
    [TestCase("User:CN=a:b,O=c", "User:CN=a:b,O=c", true)]
    [TestCase("a", "User:a", false)]
    public void An_entry_is_for_a_principal_or_for_all(string principal, string client, bool matches)
    {
        var acls = new Acls();
        acls.Add(ResourceType.Topic, PatternType.Literal, "t", AclOperation.Read, principal: principal);
        Assert.That(acls.Allow(AclOperation.Read, ResourceType.Topic, "t", client), Is.EqualTo(matches));
    }

    [Test]
    public void Some_resource_is_allowed_only_if_no_entry_denies_it()
    {
        var acls = new Acls();
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic), Is.False);
        acls.Add(ResourceType.Topic, PatternType.Prefixed, "foo", AclOperation.Write);
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic));
        Assert.That(acls.AllowSome(AclOperation.Describe, ResourceType.Topic), Is.False, "no operation is implied");
        acls.Add(ResourceType.Topic, PatternType.Literal, "foo", AclOperation.Write, AclPermissionType.Deny);
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic), "only this name is denied");
        acls.Add(ResourceType.Topic, PatternType.Prefixed, "f", AclOperation.Write, AclPermissionType.Deny);
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic), Is.False);
        acls.Add(ResourceType.Topic, PatternType.Literal, "*", AclOperation.Write);
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic), "the others are allowed");
        acls.Add(ResourceType.Topic, PatternType.Literal, "*", AclOperation.Write, AclPermissionType.Deny);
        Assert.That(acls.AllowSome(AclOperation.Write, ResourceType.Topic), Is.False);
    }
}
