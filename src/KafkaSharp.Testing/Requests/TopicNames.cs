using KafkaSharp.Protocol;

namespace KafkaSharp.Testing.Requests;

/// <summary>The names of the topics of requests, of which later versions have only the ids. Thread-safe.</summary>
/// <param name="nameOf">The name of a topic by its id; null if there is none.</param>
internal sealed class TopicNames(Func<Uuid, string?> nameOf)
{
    /// <summary>The name that a request has, or the one of its topic id; the id as text if there is no such topic.</summary>
    public string Of(string? name, Uuid id) => string.IsNullOrEmpty(name) ? nameOf(id) ?? id.ToString() : name;
}
