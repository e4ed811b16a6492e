using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Replication;

/// <summary>Answers DeleteTopics, by names or by ids. On the controller's event loop only.</summary>
sealed class TopicDeletion(ControllerState state)
{
    public CommandResult<MetadataRecord, DeleteTopicsResponse> Delete(DeleteTopicsRequest request)
    {
        // Before version 6 a request has names only.
        var wanted = request.Topics.Count > 0
            ? request.Topics.Select(topic => (topic.Name, topic.TopicId))
            : request.TopicNames.Select(name => ((string?)name, Uuid.Zero));
        var records = new List<MetadataRecord>();
        var response = new DeleteTopicsResponse();
        var deleted = new HashSet<Uuid>();
        foreach (var (name, id) in wanted)
            response.Responses.Add(Delete(name, id, deleted, records));
        return new(records, response);
    }

    private DeleteTopicsResponse.DeletableTopicResult Delete(string? name, Uuid id, HashSet<Uuid> deleted, List<MetadataRecord> records)
    {
        if (name is not null && !id.IsZero)
            return Fault(name, id, ErrorCode.InvalidRequest, "You may not specify both topic name and topic id.");
        if (name is null && id.IsZero)
            return Fault(name, id, ErrorCode.InvalidRequest, "Neither topic name nor id were specified.");
        var topics = state.Image.Topics;
        var topic = name is null ? topics.Topic(id) : topics.Topic(name);
        if (topic is null)
        {
            var code = name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
            return Fault(name, id, code, code.Message());
        }
        if (!deleted.Add(topic.Id))
            return Fault(name, id, ErrorCode.InvalidRequest, name is null ? "Duplicate topic id." : "Duplicate topic name.");
        records.Add(new MetadataRecord(new RemoveTopicRecord { TopicId = topic.Id }, 0));
        return new() { Name = topic.Name, TopicId = topic.Id };
    }

    private static DeleteTopicsResponse.DeletableTopicResult Fault(string? name, Uuid id, ErrorCode code, string message) =>
        new() { Name = name, TopicId = id, ErrorCode = code, ErrorMessage = message };
}
