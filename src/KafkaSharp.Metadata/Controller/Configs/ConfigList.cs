namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>The APPEND and SUBTRACT operations on the value of a list key, which is a comma-separated text.</summary>
public static class ConfigList
{
    /// <summary>The new value: items that are there already are not appended again, and one occurrence is removed.</summary>
    /// <param name="present">The present value or the default; null for the empty list.</param>
    /// <param name="isAppend">Whether the items are appended, else removed.</param>
    /// <param name="items">The items, comma-separated.</param>
    public static string Alter(string? present, bool isAppend, string items)
    {
        var altered = (present ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var item in items.Split(','))
        {
            if (!isAppend)
                altered.Remove(item);
            else if (!altered.Contains(item))
                altered.Add(item);
        }
        return string.Join(',', altered);
    }
}
