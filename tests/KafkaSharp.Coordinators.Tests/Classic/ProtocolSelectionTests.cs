using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class ProtocolSelectionTests
{
    [Test]
    public async Task Of_what_all_know_the_protocol_with_most_first_choices_wins()
    {
        await using var harness = new GroupHarness();
        var joins = new[]
        {
            harness.Join(version: 3, protocols: ["range", "roundrobin"]),
            harness.Join(version: 3, protocols: ["roundrobin", "range"]),
            harness.Join(version: 3, protocols: ["sticky", "roundrobin", "range"]),
        };
        harness.Advance(6000);
        Assert.That((await joins[0].Soon()).ProtocolName, Is.EqualTo("roundrobin"));
    }

    // The places of these names in a java.util.HashMap of 16: range 9, cooperative-sticky 15.
    [TestCase("range", "cooperative-sticky", "range")]
    [TestCase("cooperative-sticky", "range", "range")]
    public async Task Of_two_with_as_many_votes_the_one_wins_that_a_Java_map_lists_first(string first, string second, string wins)
    {
        await using var harness = new GroupHarness();
        var joins = new[] { harness.Join(version: 3, protocols: [first, second]), harness.Join(version: 3, protocols: [second, first]) };
        harness.Advance(6000);
        Assert.That(JavaString.HashMapPlace("range", 2), Is.LessThan(JavaString.HashMapPlace("cooperative-sticky", 2)));
        Assert.That((await joins[0].Soon()).ProtocolName, Is.EqualTo(wins));
    }

    [Test]
    public async Task A_protocol_that_a_member_no_longer_supports_is_not_selected()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var rejoined = await harness.Join(ids[0], protocols: ["range", "sticky"]).Soon();
        Assert.That(rejoined.ProtocolName, Is.EqualTo("range"));
        rejoined = await harness.Join(ids[0], protocols: ["sticky", "range"]).Soon();
        Assert.That(rejoined.ProtocolName, Is.EqualTo("sticky"));
    }
}
