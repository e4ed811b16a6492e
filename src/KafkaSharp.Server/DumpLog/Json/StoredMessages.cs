using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Server.DumpLog.Json;

/// <summary>The schemas of what Kafka stores in logs: records of the metadata and of the coordinators, and the values of control records.
/// They are read from the resources of this program when a dump needs them.</summary>
internal sealed class StoredMessages
{
    private readonly List<MessageSchema> _messages;

    private StoredMessages(List<MessageSchema> messages) => _messages = messages;

    public static StoredMessages Load()
    {
        var assembly = typeof(StoredMessages).Assembly;
        var messages = new List<MessageSchema>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".schema", StringComparison.Ordinal)))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = SchemaParser.Parse(name, text.ReadToEnd());
            if (file.Fault is { } fault)
                throw new InvalidOperationException($"{fault.Path}:{fault.Line + 1}: {fault.Message}");
            messages.AddRange(file.Messages);
        }
        return new(messages);
    }

    /// <summary>The record of a type in a log (metadata, remoteLog), or null.</summary>
    public MessageSchema? Record(string log, int type) => Find(MessageKind.Record, log, type);

    /// <summary>The key of a type in a log of a coordinator (group, transaction, share), or null.</summary>
    public MessageSchema? Key(string log, int type) => Find(MessageKind.Key, log, type);

    /// <summary>The value of a type in a log of a coordinator, or null.</summary>
    public MessageSchema? Value(string log, int type) => Find(MessageKind.Value, log, type);

    public MessageSchema Data(string name) => _messages.Single(message => message.Kind == MessageKind.Data && message.Name == name);

    private MessageSchema? Find(MessageKind kind, string log, int type) =>
        _messages.Find(message => message.Kind == kind && message.Log == log && message.Key == type);
}
