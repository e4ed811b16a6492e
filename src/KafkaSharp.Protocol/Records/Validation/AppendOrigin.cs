namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>The origin of appended records, which determines the checks (Kafka's <c>AppendOrigin</c>).</summary>
public enum AppendOrigin
{
    /// <summary>Fetched from the leader; appended unchanged.</summary>
    Replication,

    /// <summary>Written by a coordinator of this broker.</summary>
    Coordinator,

    /// <summary>Produced by a client; all checks apply.</summary>
    Client,

    /// <summary>Written by the leader of the metadata quorum, which has already set offsets and epoch.</summary>
    RaftLeader,
}
