namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>Which leader a partition change looks for.</summary>
internal enum PartitionElection
{
    /// <summary>The preferred replica where it can lead, else as <see cref="Online"/>.</summary>
    Preferred,

    /// <summary>Any replica that is in sync (or eligible) and on line; the leader stays where it is one.</summary>
    Online,

    /// <summary>As <see cref="Online"/>, and where there is none any replica that is on line, at the price of data.</summary>
    Unclean,
}
