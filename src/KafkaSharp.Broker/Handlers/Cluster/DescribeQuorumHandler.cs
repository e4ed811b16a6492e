using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>DescribeQuorum (55): the leader of the metadata quorum and the log end offsets of its members (KIP-595).</summary>
internal sealed class DescribeQuorumHandler(RaftNode<MetadataRecord> raft) : IApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    public ValueTask<DescribeQuorumResponse?> HandleAsync(RequestContext context, DescribeQuorumRequest request) =>
        new(raft.DescribeQuorum(request, context.ApiVersion));

    public DescribeQuorumResponse Fail(DescribeQuorumRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message() };
}
