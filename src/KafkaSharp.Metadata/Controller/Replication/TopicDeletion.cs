using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Handles DeleteTopics, by names or by ids. A topic that is named twice, or by its name and its id, gets one response and is not deleted.
/// On the controller's event loop only.
/// </summary>
internal sealed class TopicDeletion(QuorumControllerOptions options, ControllerState state, ILogger logger)
{
    private readonly record struct Wanted(string? Name, Uuid Id)
    {
        public bool IsName => Name is not null && Id.IsZero;

        public bool IsId => Name is null && !Id.IsZero;
    }

    public CommandResult<MetadataRecord, DeleteTopicsResponse> Delete(DeleteTopicsRequest request, short? version = null)
    {
        if (!options.DeleteTopicEnable)
        {
            // Clients before version 3 do not know the newer code.
            var code = version < 3 ? ErrorCode.InvalidRequest : ErrorCode.TopicDeletionDisabled;
            throw new StateMachineException(code, "Topic deletion is disabled.");
        }
        // Before version 6 a request has names only.
        Wanted[] wanted = request.Topics.Count > 0
            ? [.. request.Topics.Select(topic => new Wanted(topic.Name, topic.TopicId))]
            : [.. request.TopicNames.Select(name => new Wanted(name, Uuid.Zero))];
        ControllerLimits.CheckRecords(wanted.Length);
        var counts = wanted.CountBy(topic => topic).ToDictionary();
        var named = wanted.Where(topic => topic.IsName && counts[topic] == 1)
            .Select(topic => state.Image.Topics.Topic(topic.Name!)).OfType<TopicImage>().Select(topic => topic.Id).ToHashSet();
        var records = new List<MetadataRecord>();
        var response = new DeleteTopicsResponse();
        foreach (var topic in wanted.Where(topic => !topic.IsName && !topic.IsId))
        {
            response.Responses.Add(Refused(topic, topic.Name is null
                ? "Neither topic name nor id were specified."
                : "You may not specify both topic name and topic id."));
        }
        foreach (var topic in wanted.Where(topic => topic.IsName || topic.IsId).Distinct())
        {
            if (counts[topic] > 1)
                response.Responses.Add(Refused(topic, topic.IsName ? "Duplicate topic name." : "Duplicate topic id."));
            else if (topic.IsName || !named.Contains(topic.Id))
                response.Responses.Add(Delete(topic, id => counts.ContainsKey(new Wanted(null, id)), records));
        }
        return new(records, response, IsAtomic: true);
    }

    private DeleteTopicsResponse.DeletableTopicResult Delete(Wanted wanted, Func<Uuid, bool> isWantedById, List<MetadataRecord> records)
    {
        var topics = state.Image.Topics;
        if ((wanted.IsName ? topics.Topic(wanted.Name!) : topics.Topic(wanted.Id)) is not { } topic)
        {
            var code = wanted.IsName ? ErrorCode.UnknownTopicOrPartition : ErrorCode.UnknownTopicId;
            return new() { Name = wanted.Name, TopicId = wanted.Id, ErrorCode = code, ErrorMessage = code.Message() };
        }
        if (wanted.IsName && isWantedById(topic.Id))
            return Refused(new Wanted(topic.Name, topic.Id), "The provided topic name maps to an ID that was already supplied.");
        records.Add(new MetadataRecord(new RemoveTopicRecord { TopicId = topic.Id }, 0));
        logger.TopicDeleted(topic.Name, topic.Id);
        return new() { Name = topic.Name, TopicId = topic.Id };
    }

    private static DeleteTopicsResponse.DeletableTopicResult Refused(Wanted topic, string message) =>
        new() { Name = topic.Name, TopicId = topic.Id, ErrorCode = ErrorCode.InvalidRequest, ErrorMessage = message };
}
