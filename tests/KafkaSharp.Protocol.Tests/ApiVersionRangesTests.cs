using System.Text.Json.Nodes;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests;

/// <summary>Compares the table of APIs with Kafka's <c>ApiKeys</c> and <c>ApiMessageType</c>.</summary>
internal sealed class ApiVersionRangesTests
{
    private static JsonArray Rows() => JsonNode.Parse(File.ReadAllText(Vectors.Find("api-versions.json")))!["apiKeys"]!.AsArray();

    [Test]
    public void Every_api_has_Kafkas_versions_listeners_and_flags()
    {
        var rows = Rows();
        Assert.That(ApiVersionRanges.All.Length, Is.EqualTo(rows.Count));
        foreach (var row in rows)
        {
            var key = row!["apiKey"]!.GetValue<short>();
            Assert.That(ApiVersionRanges.TryGet(key, out var api), Is.True);
            Assert.That(api, Is.SameAs(ApiVersionRanges.Get((ApiKey)key)));
            Assert.That(api!.ApiKey.ToString(), Is.EqualTo(row["name"]!.GetValue<string>()));
            Assert.That(api.Lowest, Is.EqualTo(row["lowest"]!.GetValue<short>()), api.ApiKey.ToString());
            Assert.That(api.HighestStable, Is.EqualTo(row["highest"]!.GetValue<short>()), api.ApiKey.ToString());
            Assert.That(api.Highest, Is.EqualTo(row["highestWithUnstable"]!.GetValue<short>()), api.ApiKey.ToString());
            Assert.That(api.LatestVersionUnstable, Is.EqualTo(row["latestVersionUnstable"]!.GetValue<bool>()));
            Assert.That(api.ClusterAction, Is.EqualTo(row["clusterAction"]!.GetValue<bool>()), api.ApiKey.ToString());
            Assert.That(api.Forwardable, Is.EqualTo(row["forwardable"]!.GetValue<bool>()), api.ApiKey.ToString());
            var listeners = row["listeners"]!.AsArray().Aggregate(
                ApiListeners.None, (all, name) => all | Enum.Parse<ApiListeners>(name!.GetValue<string>(), ignoreCase: true));
            Assert.That(api.Listeners, Is.EqualTo(listeners), api.ApiKey.ToString());
        }
    }

    [Test]
    public void Header_versions_are_those_of_Kafka()
    {
        foreach (var row in Rows())
        {
            var api = ApiVersionRanges.Get((ApiKey)row!["apiKey"]!.GetValue<short>());
            if (!api.Exists)
                continue;
            var versions = Enumerable.Range(api.Lowest, api.Highest - api.Lowest + 1).Select(v => (short)v).ToList();
            var stable = versions.Count - (api.LatestVersionUnstable ? 1 : 0);
            var requests = row["requestHeaderVersions"]!.AsArray().Select(v => v!.GetValue<short>()).ToList();
            var responses = row["responseHeaderVersions"]!.AsArray().Select(v => v!.GetValue<short>()).ToList();
            Assert.That(requests, Has.Count.AnyOf(stable, versions.Count));
            Assert.That(versions.Take(requests.Count).Select(api.RequestHeaderVersion), Is.EqualTo(requests), api.ApiKey.ToString());
            Assert.That(versions.Take(responses.Count).Select(api.ResponseHeaderVersion), Is.EqualTo(responses), api.ApiKey.ToString());
        }
    }

    [TestCase((short)-1)]
    [TestCase((short)93)]
    [TestCase(short.MaxValue)]
    public void An_undefined_key_is_not_found(short key) => Assert.That(ApiVersionRanges.TryGet(key, out _), Is.False);
}
