using CheckedClients;

namespace GroupChecker;

/// <summary>
/// The check in the end. Files of the folder: member-…, java-… (output of Kafka's verifiable consumer), observer-… and "settled".
/// </summary>
internal static class Check
{
    public static int Run(string bootstrap, string folder)
    {
        using var reader = RolledTopic.Reader(bootstrap);
        var ends = RolledTopic.Ends(reader);
        var consumption = new Consumption();
        foreach (var file in Directory.GetFiles(folder, "member-*.*"))
            consumption.AddJournal(file);
        foreach (var file in Directory.GetFiles(folder, "java-*.*"))
            consumption.AddVerifiableConsumer(file);
        var (observed, upgrades, downgrades, wentBack) = Observations(folder);
        List<string> violations =
        [
            .. consumption.Failures.Select(failure => $"failed: {failure}"), .. wentBack, .. Records(consumption, ends, Settled(folder)),
        ];
        foreach (var violation in violations.Take(20))
            Console.WriteLine(violation);
        var again = ends.Index().Sum(end => Offsets(0, end.Item).Sum(offset => Math.Max(0, consumption.TimesOf(end.Index, offset) - 1)));
        Console.WriteLine(
            $"{ends.Sum()} records, {again} read again, {consumption.Refused} commits refused, {consumption.GaveUp} members gave up, "
            + $"{observed} looks at the committed offsets, "
            + $"{upgrades} upgrades and {downgrades} downgrades seen, {violations.Count} violations");
        // A run in which nothing happens proves nothing.
        return violations.Count == 0 && ends.Sum() > 1000 && observed > 20 && upgrades > 0 && downgrades > 0 ? 0 : 1;
    }

    private static long[] Settled(string folder) =>
        [.. File.ReadAllLines(Path.Combine(folder, Settlement.File)).Select(line => long.Parse(line.Split(' ')[1]))];

    private static IEnumerable<string> Records(Consumption consumption, long[] ends, long[] settled)
    {
        for (var partition = 0; partition < ends.Length; partition++)
        {
            var skipped = Offsets(0, ends[partition]).Where(offset => consumption.TimesOf(partition, offset) == 0).ToList();
            if (skipped.Count > 0)
                yield return $"skipped: {skipped.Count} records of partition {partition}, the first has offset {skipped[0]}";
            var repeated = Offsets(settled[partition], ends[partition]).Count(offset => consumption.TimesOf(partition, offset) > 1);
            if (repeated > 0)
                yield return $"two owners: {repeated} records of partition {partition} were read twice by a group at rest";
        }
    }

    private static (int Observed, int Upgrades, int Downgrades, List<string> WentBack) Observations(string folder)
    {
        var (observed, upgrades, downgrades, wentBack) = (0, 0, 0, new List<string>());
        var (before, type) = (new long[RolledTopic.Partitions], "");
        foreach (var words in Directory.GetFiles(folder, "observer.*").SelectMany(LineFile.Read).Select(line => line.Split(' ')))
        {
            if (words[0] == "type")
            {
                // Types are written with different case.
                var next = words[1].ToUpperInvariant();
                upgrades += type == "CLASSIC" && next == "CONSUMER" ? 1 : 0;
                downgrades += type == "CONSUMER" && next == "CLASSIC" ? 1 : 0;
                type = next;
                continue;
            }
            observed++;
            long[] now = [.. words.Skip(1).Select(long.Parse)];
            wentBack.AddRange(now.Zip(before).Where(pair => pair.First < pair.Second).Select(
                pair => $"went back: an offset of {pair.Second} was committed, and {pair.First} after it"));
            before = now;
        }
        return (observed, upgrades, downgrades, wentBack);
    }

    private static IEnumerable<long> Offsets(long from, long to)
    {
        for (var offset = from; offset < to; offset++)
            yield return offset;
    }
}
