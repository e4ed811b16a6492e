using System.Text.Json;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Security.Tests.Authorization;

/// <summary>Decisions of Apache Kafka 4.3.1's own authorizer.</summary>
internal sealed class AuthorizerVectorTests
{
    private const string OfSome = "byResourceType";

    [Test]
    public void Every_decision_is_that_of_the_genuine_authorizer()
    {
        var questions = 0;
        foreach (var line in Vectors.Lines("decisions.jsonl.gz"))
        {
            using var document = JsonDocument.Parse(line);
            var set = document.RootElement;
            if (Text(set, "kind") != "authorizer")
                continue;
            var acls = new Acls(set.GetProperty("allowEveryoneIfNoAclFound").GetBoolean(), Text(set, "superUsers").Split(';'));
            foreach (var acl in set.GetProperty("acls").EnumerateArray())
            {
                acls.Add(
                    Value<ResourceType>(Text(acl, "resourceType")), Value<PatternType>(Text(acl, "patternType")), Text(acl, "resourceName"),
                    Value<AclOperation>(Text(acl, "operation")), Value<AclPermissionType>(Text(acl, "permission")),
                    Text(acl, "principal"), Text(acl, "host"));
            }
            foreach (var question in set.GetProperty("questions").EnumerateArray())
            {
                questions++;
                var (principal, host, type, name, operation) =
                    (Text(question[0]), Text(question[1]), Text(question[2]), Text(question[3]), Value<AclOperation>(Text(question[4])));
                var isAllowed = type == OfSome
                    ? acls.AllowSome(operation, Value<ResourceType>(name), principal, host)
                    : acls.Allow(operation, Value<ResourceType>(type), name, principal, host);
                Assert.That(isAllowed ? "ALLOWED" : "DENIED", Is.EqualTo(Text(question[5])), $"set {set.GetProperty("set")}: {question}");
            }
        }
        Assert.That(questions, Is.GreaterThan(10_000));
    }

    private static string Text(JsonElement element, string name) => Text(element.GetProperty(name));

    private static string Text(JsonElement element) => element.GetString()!;

    private static T Value<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
