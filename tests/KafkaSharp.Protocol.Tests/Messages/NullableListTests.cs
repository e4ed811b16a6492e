using System.Collections;
using System.Reflection;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Lists that may be null are made when they are first used: each message has its own, and null stays null.</summary>
internal sealed class NullableListTests
{
    [Test]
    public void Each_message_has_its_own_list_until_it_is_set_to_null()
    {
        var lists = typeof(FetchResponse).Assembly.GetTypes()
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(property => Unset(property) is not null)
            .ToList();
        Assert.That(lists, Has.Count.GreaterThan(15));
        foreach (var property in lists)
        {
            var (one, other) = (Activator.CreateInstance(property.DeclaringType!)!, Activator.CreateInstance(property.DeclaringType!)!);
            var list = (IList)property.GetValue(one)!;
            var name = $"{property.DeclaringType}.{property.Name}";
            Assert.That(list, Is.Empty, name);
            Assert.That(property.GetValue(one), Is.SameAs(list), name);
            Assert.That(property.GetValue(other), Is.Not.Null.And.Not.SameAs(list).And.Not.SameAs(Unset(property)!.GetValue(null)), name);
            property.SetValue(one, null);
            Assert.That(property.GetValue(one), Is.Null, name);
        }
    }

    private static FieldInfo? Unset(PropertyInfo property) =>
        property.DeclaringType!.GetField($"s_unset{property.Name}", BindingFlags.NonPublic | BindingFlags.Static);
}
