using System.Text.Json;
using CheckedClients;

namespace GroupChecker;

/// <summary>How often each offset was consumed, by the journals of the members and the output of Kafka's verifiable consumers.</summary>
internal sealed class Consumption
{
    private readonly Dictionary<long, int>[] _times =
        [.. Enumerable.Range(0, RolledTopic.Partitions).Select(_ => new Dictionary<long, int>())];

    public int Refused { get; private set; }

    /// <summary>Members that came back too late.</summary>
    public int GaveUp { get; private set; }

    public List<string> Failures { get; } = [];

    public int TimesOf(int partition, long offset) => _times[partition].GetValueOrDefault(offset);

    public void AddJournal(string file)
    {
        foreach (var line in LineFile.Read(file))
        {
            switch (line.Split(' '))
            {
                case ["consumed", var partition, var offset]:
                    Add(int.Parse(partition), long.Parse(offset));
                    break;
                case ["refused", ..]:
                    Refused++;
                    break;
                // The library gives up when the sessions of all members of the consumer protocol have ended, so that the group is a
                // classic one again. It happens on a machine under load, with Apache Kafka too.
                case ["failed", ..] when line.EndsWith("The group id does not exist", StringComparison.Ordinal):
                    GaveUp++;
                    break;
                case ["failed", ..]:
                    Failures.Add($"{Path.GetFileName(file)}: {line}");
                    break;
            }
        }
    }

    /// <summary>Lines of JSON: the records of each poll, before they are committed.</summary>
    public void AddVerifiableConsumer(string file)
    {
        foreach (var line in LineFile.Read(file).Where(line => line.StartsWith('{')))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("name").GetString() != "records_consumed")
                continue;
            foreach (var list in json.RootElement.GetProperty("partitions").EnumerateArray())
            {
                var last = list.GetProperty("maxOffset").GetInt64();
                for (var offset = list.GetProperty("minOffset").GetInt64(); offset <= last; offset++)
                    Add(list.GetProperty("partition").GetInt32(), offset);
            }
        }
    }

    private void Add(int partition, long offset) => _times[partition][offset] = TimesOf(partition, offset) + 1;
}
