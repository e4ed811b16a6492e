using CheckedClients;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.Protocol;

namespace TransactionChecker;

/// <summary>Makes the history of a run of the journals of its clients.</summary>
internal static class Journals
{
    /// <summary>
    /// Files are named ID.INSTANCE. An instance begins only when the one before has fenced what was before it, or is dead: so the number
    /// of the instance is the order of their epochs.
    /// </summary>
    public static History Load(string folder)
    {
        var history = new History();
        foreach (var file in new DirectoryInfo(folder).GetFiles("*.*").OrderBy(file => InstanceOf(file.Name)))
        {
            var lines = LineFile.Read(file.FullName);
            if (file.Name.StartsWith("reader", StringComparison.Ordinal))
                AddReads(history, lines);
            else
                AddAttempts(history, Path.GetFileNameWithoutExtension(file.Name), InstanceOf(file.Name), lines);
        }
        return history;
    }

    private static short InstanceOf(string name) => short.Parse(Path.GetExtension(name)[1..]);

    private static void AddReads(History history, string[] lines)
    {
        var seen = lines.Select(line => line.Split(' '))
            .GroupBy(words => new TopicPartition(words[1], int.Parse(words[2])), words => int.Parse(words[3]));
        foreach (var list in seen)
            history.Saw(list.Key, [.. list]);
    }

    private static void AddAttempts(History history, string id, short instance, string[] lines)
    {
        Attempt? attempt = null;
        foreach (var words in lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            switch (words)
            {
                case ["begin"]:
                    attempt = history.Begin(id, 0, instance);
                    break;
                case ["append", var topic, var partition, var value, .. var source]:
                    attempt!.Appends.Add(new(
                        new TopicPartition(topic, int.Parse(partition)), int.Parse(value),
                        source.Length == 0 ? null : int.Parse(source[0])));
                    break;
                case ["commit"]:
                    attempt!.Outcome = Outcome.Unknown;
                    break;
                case ["committed"]:
                    attempt!.Outcome = Outcome.Committed;
                    break;
            }
        }
    }
}
