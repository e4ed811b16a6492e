namespace KafkaSharp.Metadata.Authorization;

/// <summary>How the resource name of an access control entry is compared (Kafka's <c>PatternType</c>, with its ids).</summary>
public enum PatternType : sbyte
{
    Unknown = 0,

    /// <summary>Only in filters: any type.</summary>
    Any = 1,

    /// <summary>Only in filters: every pattern that the given name matches.</summary>
    Match = 2,

    /// <summary>The name itself; <c>*</c> is every name.</summary>
    Literal = 3,

    /// <summary>Every name that begins with it.</summary>
    Prefixed = 4,
}
