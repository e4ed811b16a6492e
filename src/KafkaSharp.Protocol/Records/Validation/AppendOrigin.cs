namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>Where appended records come from, which decides what is checked (Kafka's <c>AppendOrigin</c>).</summary>
public enum AppendOrigin
{
    /// <summary>Fetched from a leader: taken as it is.</summary>
    Replication,

    /// <summary>Written by a coordinator of this broker.</summary>
    Coordinator,

    /// <summary>Produced by a client: everything is checked.</summary>
    Client,

    /// <summary>Written by the leader of the metadata quorum, which has set offsets and epoch already.</summary>
    RaftLeader,
}
