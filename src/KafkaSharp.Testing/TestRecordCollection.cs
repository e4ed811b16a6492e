namespace KafkaSharp.Testing;

/// <summary>
/// Records by topic for a collection initializer: <c>Records = { { "orders", new TestRecord("key", "value") } }</c>. Not thread-safe.
/// </summary>
public sealed class TestRecordCollection : IEnumerable<KeyValuePair<string, IReadOnlyList<TestRecord>>>
{
    // Far below max.message.bytes: what is appended at once is one batch for each partition.
    private const int PieceBytes = 256 << 10;

    private readonly Dictionary<string, List<TestRecord>> _byTopic = new(StringComparer.Ordinal);

    public void Add(string topic, params IEnumerable<TestRecord> records)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (!_byTopic.TryGetValue(topic, out var list))
            _byTopic.Add(topic, list = []);
        list.AddRange(records);
    }

    public IEnumerator<KeyValuePair<string, IReadOnlyList<TestRecord>>> GetEnumerator() =>
        _byTopic.Select(pair => KeyValuePair.Create(pair.Key, (IReadOnlyList<TestRecord>)pair.Value)).GetEnumerator();

    /// <summary>The records in their order, in pieces that can be appended at once.</summary>
    internal IEnumerable<(string Topic, List<TestRecord> Records)> Pieces()
    {
        foreach (var (topic, records) in _byTopic)
        {
            List<TestRecord> piece = [];
            var bytes = 0;
            foreach (var record in records)
            {
                var size = (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
                if (piece.Count > 0 && bytes + size > PieceBytes)
                {
                    yield return (topic, piece);
                    (piece, bytes) = ([], 0);
                }
                piece.Add(record);
                bytes += size;
            }
            if (piece.Count > 0)
                yield return (topic, piece);
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
