using System.Reflection;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Testing.Tests.Faults;

/// <summary>Faults in JSON are those in C#.</summary>
internal sealed class FaultPlanTests
{
    private static readonly FaultAction[] s_actions =
    [
        FaultAction.Respond(ErrorCode.NotLeaderOrFollower),
        FaultAction.RespondAfter(ErrorCode.RequestTimedOut),
        FaultAction.Delay(TimeSpan.FromMilliseconds(1500)),
        FaultAction.Hold(),
        FaultAction.Hang(),
        FaultAction.DropBefore(),
        FaultAction.DropAfter(),
        FaultAction.Throttle(TimeSpan.FromDays(8)),
        FaultAction.CorruptRecords(),
        FaultAction.TearResponse(7),
        FaultAction.MoveCoordinator(),
        FaultAction.RefuseConnections(),
        FaultAction.SlowResponses(TimeSpan.FromMilliseconds(0.5), 3),
        FaultAction.FillDisk(),
        FaultAction.FailDisk(FileOperation.SetLength),
        FaultAction.LoseFlushes(),
    ];

    [TestCaseSource(nameof(s_actions))]
    public void Every_action_is_the_same_after_json(FaultAction action) => AssertSame(new Fault(action));

    [Test]
    public void No_action_is_left_out()
    {
        var all = typeof(FaultAction).GetNestedTypes(BindingFlags.NonPublic).Where(type => type.IsSubclassOf(typeof(FaultAction)));
        Assert.That(s_actions.Select(action => action.GetType()), Is.EquivalentTo(all));
        Assert.That(FaultPlan.Actions, Has.Count.EqualTo(s_actions.Length).And.Unique);
    }

    [Test]
    public void What_selects_is_the_same_after_json()
    {
        var fault = new Fault(FaultAction.Hang())
        {
            Api = ApiKey.OffsetCommit,
            ClientId = "c",
            Topic = "t",
            Partition = 3,
            Group = "g",
            Skip = 2,
            Count = 1,
            Probability = 0.25,
            Seed = 9,
        };
        AssertSame(fault);
        // A property without a value here would have no form in JSON.
        Assert.That(typeof(Fault).GetProperties().Where(property => property.GetValue(fault) is null or 0), Is.Empty);
    }

    [TestCase("""[{ "action": "hang" }, { "action": "hold" }]""", 2)]
    [TestCase("""{ "action": "hang", "api": "produce" }""", 1)]
    [TestCase("""{ "faults": [] } // none""", 0)]
    [TestCase("""{ "action": "delay", "time": 250, "topic": null }""", 1)]
    public void A_plan_is_one_fault_or_several(string json, int count) =>
        Assert.That(FaultPlan.Parse(json).Faults, Has.Count.EqualTo(count));

    [TestCase("""[{ "action": "hang" }, { "action": "drop" }]""", "faults[1]: There is no action 'drop'. Known: respond, respondAfter")]
    [TestCase("""{ "action": "respond" }""", "needs 'error'")]
    [TestCase("""{ "action": "respond", "error": "NOT_LEADER" }""", "NOT_LEADER_OR_FOLLOWER")]
    [TestCase("""{ "action": "hang", "api": "Produzieren" }""", "Produce")]
    [TestCase("""{ "action": "hang", "topics": "t" }""", "has no 'topics'. Known: action, api, clientId, topic")]
    [TestCase("""{ "action": "hang", "partition": 1 }""", "needs the topic")]
    [TestCase("""{ "action": "delay", "time": "5s" }""", "PT0.5S")]
    [TestCase("""{ "action": "fillDisk", "api": "Produce" }""", "files")]
    [TestCase("""{ "action": "slowResponses", "pause": 1, "bytes": 0 }""", "slowResponses")]
    [TestCase("""{ "action": "hang", "probability": 2 }""", "between 0 and 1")]
    [TestCase("""{ "action": "hang" """, "not JSON")]
    [TestCase("""{ "faults": {} }""", "array")]
    [TestCase("""{ "faults": [], "seed": 1 }""", "alone")]
    [TestCase("7", "object or an array")]
    [TestCase("[7]", "faults[0]")]
    public void What_is_no_plan_is_refused_with_what_is_known(string json, string message) =>
        Assert.That(() => FaultPlan.Parse(json), Throws.InstanceOf<FormatException>().With.Message.Contains(message));

    [Test]
    public async Task A_plan_is_in_effect_from_the_start_and_after_a_reset()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Faults = FaultPlan.Parse("""{ "action": "hang" }""") });
        Assert.That(kafka.Faults.Active, Has.Count.EqualTo(1));
        kafka.Faults.Add(new Fault(FaultAction.Hold()));
        await kafka.ResetAsync();
        Assert.That(kafka.Faults.Active.Select(fault => fault.Fault.Action), Is.EqualTo(new[] { FaultAction.Hang() }));
    }

    private static void AssertSame(Fault fault) =>
        Assert.That(FaultPlan.Parse(new FaultPlan([fault]).ToJson()).Faults, Is.EqualTo(new[] { fault }));
}
