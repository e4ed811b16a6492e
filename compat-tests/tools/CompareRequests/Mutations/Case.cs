namespace CompareRequests.Mutations;

/// <summary>
/// A request to send to both brokers. The description names the field and its value. <see cref="Damage"/> changes the encoded body, for
/// input that has no fields.
/// </summary>
internal sealed record Case(string Description, Dictionary<string, object?> Request, Func<byte[], byte[]>? Damage = null);
