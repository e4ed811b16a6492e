namespace KafkaSharp.Broker.Configuration;

/// <summary>Finds the key that a mistyped name most probably means.</summary>
internal static class NearestKey
{
    /// <summary>The known key with the fewest edits to the name; null if none is near.</summary>
    public static string? Of(string name)
    {
        // Below this length a few edits make another word.
        var limit = Math.Max(1, name.Length / 5);
        return KnownBrokerConfigs.All
            .Where(key => Math.Abs(key.Name.Length - name.Length) <= limit)
            .Select(key => (key.Name, Edits: Edits(name, key.Name, limit)))
            .Where(candidate => candidate.Edits <= limit)
            .OrderBy(candidate => candidate.Edits)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>The number of characters to insert, delete or replace, up to a limit (Levenshtein distance).</summary>
    private static int Edits(string a, string b, int limit)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
                least = Math.Min(least, current[j]);
            }
            if (least > limit)
                return least;
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}
