namespace KafkaSharp.Metadata.Images;

/// <summary>
/// What a topic may be called (Kafka's <c>Topic</c>). Names that differ only in <c>.</c> and <c>_</c> collide, since metric names can't
/// tell them apart.
/// </summary>
public static class TopicName
{
    public const int MaxLength = 249;

    public const string ClusterMetadata = "__cluster_metadata";
    public const string ConsumerOffsets = "__consumer_offsets";
    public const string TransactionState = "__transaction_state";
    public const string ShareGroupState = "__share_group_state";

    /// <summary>Whether clients see it marked as internal.</summary>
    public static bool IsInternal(string name) => name is ConsumerOffsets or TransactionState or ShareGroupState;

    /// <summary>What is wrong with a name, in Kafka's words, or null.</summary>
    public static string? Invalid(string name)
    {
        if (name.Length == 0)
            return "Topic name is invalid: the empty string is not allowed";
        if (name is "." or "..")
            return $"Topic name is invalid: '{name}' is not allowed";
        if (name.Length > MaxLength)
            return $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {MaxLength}";
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
            }
        }
        return null;
    }

    public static bool HasCollisionChars(string name) => name.AsSpan().ContainsAny('.', '_');

    /// <summary>What names that collide have in common.</summary>
    public static string Unified(string name) => name.Replace('.', '_');
}
