using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetFetch (9): how far groups have come; several groups at once since version 8.</summary>
sealed class OffsetFetchHandler(GroupCoordinator coordinator) : IApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    public async ValueTask<OffsetFetchResponse?> HandleAsync(RequestContext context, OffsetFetchRequest request) =>
        await coordinator.OffsetFetchAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public OffsetFetchResponse Fail(OffsetFetchRequest request, ErrorCode error, short version) => version >= 8
        ? new OffsetFetchResponse
        {
            Groups = request.Groups.ConvertAll(group =>
                new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = group.GroupId, ErrorCode = error }),
        }
        : new OffsetFetchResponse
        {
            ErrorCode = error,
            // Version 1 has no place for an error but the partitions.
            Topics = version >= 2 ? [] : request.Topics?.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.PartitionIndexes.ConvertAll(index => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = index,
                    CommittedOffset = -1,
                    Metadata = "",
                    ErrorCode = error,
                }),
            }) ?? [],
        };
}
