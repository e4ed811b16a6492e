using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace KafkaSharp.Server.Tests.Dev;

/// <summary><c>kafkasharp dev</c> as a process.</summary>
internal sealed class DevTests : ServerTest
{
    [Test]
    public async Task It_prints_one_line_of_json_and_ends_on_a_signal()
    {
        using var process = await StartAsync("--topic", "orders:3");
        var ready = ReadyLine(process);
        Assert.That(ready.GetProperty("startupMs").GetInt64(), Is.GreaterThan(0));
        Assert.That(ready.GetProperty("version").GetString(), Is.Not.Empty);
        var bootstrap = IPEndPoint.Parse(ready.GetProperty("bootstrapServers").GetString()!);
        Assert.That(await AskApiVersionsAsync(bootstrap.Port), Is.Zero);
        using var control = new HttpClient { BaseAddress = new Uri(ready.GetProperty("control").GetString()!) };
        var topics = await control.GetFromJsonAsync<JsonElement>("/topics");
        Assert.That(topics.GetProperty("topics")[0].GetString(), Is.EqualTo("orders"));
        var ended = await process.TerminateAsync();
        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Output, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Seeds_faults_and_time_are_there_from_the_start_and_after_a_reset()
    {
        File.WriteAllText(Path("seed.jsonl"), """
            {"topic": "orders", "key": "a", "value": {"id": 1}}
            """);
        File.WriteAllText(Path("faults.json"), """{ "faults": [{ "action": "dropAfter", "api": "Produce", "count": 1 }] }""");
        using var process = await StartAsync(
            "--seed", Path("seed.jsonl"), "--faults", Path("faults.json"), "--virtual-time", "2030-01-01T00:00:00Z");
        using var control = new HttpClient { BaseAddress = new Uri(ReadyLine(process).GetProperty("control").GetString()!) };
        for (var round = 0; round < 2; round++)
        {
            var records = (await control.GetFromJsonAsync<JsonElement>("/topics/orders/records")).GetProperty("records");
            Assert.That(records[0].GetProperty("value").GetString(), Is.EqualTo("""{"id": 1}"""));
            Assert.That(records.GetArrayLength(), Is.EqualTo(1));
            Assert.That(
                (await control.GetFromJsonAsync<JsonElement>("/faults")).GetProperty("faults")[0].GetProperty("fault").GetRawText(),
                Is.EqualTo("""{"action":"dropAfter","api":"Produce","count":1}"""));
            await control.DeleteAsync("/faults");
            await control.PostAsJsonAsync("/topics/orders/records", new { records = new[] { new { value = "more" } } });
            Assert.That((await control.PostAsync("/reset", null)).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }
        var moved = await (await control.PostAsJsonAsync("/time/advance", new { by = "P1D" })).Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(moved.GetProperty("now").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero)));
    }

    [Test]
    public async Task It_ends_with_its_parent()
    {
        using var parent = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        try
        {
            using var process = await StartAsync("--parent-pid", $"{parent.Id}");
            parent.Kill();
            Assert.That((await process.WaitForExitAsync()).ExitCode, Is.Zero);
        }
        finally
        {
            if (!parent.HasExited)
                parent.Kill();
        }
    }

    [Test]
    public async Task It_ends_at_once_when_the_parent_is_gone_already()
    {
        using var parent = Process.Start(new ProcessStartInfo("true"))!;
        await parent.WaitForExitAsync();
        var ended = await Kafkasharp.RunAsync(Folder, "dev", "--port", "0", "--parent-pid", $"{parent.Id}");
        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
    }

    [Test]
    public async Task A_state_that_was_saved_is_started_from()
    {
        using (var first = await StartAsync())
        {
            using var control = new HttpClient { BaseAddress = new Uri(ReadyLine(first).GetProperty("control").GetString()!) };
            await control.PostAsJsonAsync("/topics/orders/records", new { records = new[] { new { value = "kept" } } });
            Assert.That(
                (await control.PostAsJsonAsync("/save", new { folder = Path("saved") })).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }
        using var second = await StartAsync("--from", Path("saved"));
        using var again = new HttpClient { BaseAddress = new Uri(ReadyLine(second).GetProperty("control").GetString()!) };
        var records = (await again.GetFromJsonAsync<JsonElement>("/topics/orders/records")).GetProperty("records");
        Assert.That(records[0].GetProperty("value").GetString(), Is.EqualTo("kept"));
    }

    [TestCase("--topic", "orders:many", "NAME:PARTITIONS")]
    [TestCase("--virtual-time", "tomorrow", "2030-01-01T00:00:00Z")]
    [TestCase("--from", "absent", "does not exist")]
    [TestCase("--faults", "absent.json", "absent.json")]
    [TestCase("--control-address", "nowhere", "127.0.0.1")]
    [TestCase("--override", "log.segment.bytes=many", "log.segment.bytes")]
    public async Task A_wrong_option_gets_a_sentence(string option, string value, string text) =>
        (await Kafkasharp.RunAsync(Folder, "dev", "--port", "0", option, value)).AssertOneSentence(text);

    [Test]
    public async Task A_wrong_file_gets_a_sentence_with_the_place()
    {
        File.WriteAllText(Path("faults.json"), """[{ "action": "explode" }]""");
        (await Kafkasharp.RunAsync(Folder, "dev", "--port", "0", "--faults", Path("faults.json")))
            .AssertOneSentence("faults.json", "faults[0]", "explode", "dropAfter");
        File.WriteAllText(Path("seed.jsonl"), "{}\n{\"topic\": 1}\n");
        (await Kafkasharp.RunAsync(Folder, "dev", "--port", "0", "--seed", Path("seed.jsonl"))).AssertOneSentence("seed.jsonl", "line 1");
    }

    [Test]
    public async Task A_port_that_is_taken_gets_a_sentence()
    {
        using var process = await StartAsync();
        var port = IPEndPoint.Parse(ReadyLine(process).GetProperty("bootstrapServers").GetString()!).Port;
        (await Kafkasharp.RunAsync(Folder, "dev", "--port", $"{port}")).AssertOneSentence($"{port}");
        var control = new Uri(ReadyLine(process).GetProperty("control").GetString()!).Port;
        (await Kafkasharp.RunAsync(Folder, "dev", "--port", "0", "--control-port", $"{control}")).AssertOneSentence("HTTP endpoint");
    }

    private Task<Kafkasharp> StartAsync(params string[] arguments) =>
        Kafkasharp.RunUntilAsync(Folder, "bootstrapServers", ["dev", "--port", "0", .. arguments]);

    private static JsonElement ReadyLine(Kafkasharp process) => JsonDocument.Parse(process.Output.Single()).RootElement;
}
