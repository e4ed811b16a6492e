using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>DescribeQuorum (55): the leader of the metadata quorum and the log end offsets of its members (KIP-595).</summary>
/// <param name="raft">The node of the quorum.</param>
/// <param name="hasControllerListener">Whether this node, the only one, can be reached as a controller.</param>
internal sealed class DescribeQuorumHandler(RaftNode<MetadataRecord> raft, bool hasControllerListener)
    : IApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    public ValueTask<DescribeQuorumResponse?> HandleAsync(RequestContext context, DescribeQuorumRequest request)
    {
        var response = raft.DescribeQuorum(request, context.ApiVersion);
        // A voter needs an address also where nothing listens; see StorageFormatter.
        if (!hasControllerListener)
        {
            foreach (var node in response.Nodes)
                node.Listeners = [];
        }
        return new(response);
    }

    public DescribeQuorumResponse Fail(DescribeQuorumRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message() };
}
