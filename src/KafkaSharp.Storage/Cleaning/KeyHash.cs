namespace KafkaSharp.Storage.Cleaning;

/// <summary>The hash of a record's key; see <see cref="KeyHasher"/>. Ordered by <paramref name="High"/> first.</summary>
internal readonly record struct KeyHash(ulong High, ulong Low);
