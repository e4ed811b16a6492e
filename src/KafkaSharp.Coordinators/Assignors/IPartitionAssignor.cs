namespace KafkaSharp.Coordinators.Assignors;

/// <summary>Divides the partitions of topics among the members of a group. Stateless, and safe for use from any thread.</summary>
internal interface IPartitionAssignor
{
    /// <summary>The name by which clients and configurations name it.</summary>
    string Name { get; }

    /// <summary>The assignments of the members, in the order of the members.</summary>
    Assignment[] Assign(AssignorInput input);
}
