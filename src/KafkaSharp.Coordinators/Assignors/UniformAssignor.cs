namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// Divides partitions evenly, and moves as few of them as possible (Kafka's <c>UniformAssignor</c>). Members that all subscribe to the same
/// topics are balanced exactly; otherwise each topic is balanced among its subscribers, in several passes. Stateless.
/// </summary>
internal sealed class UniformAssignor : IPartitionAssignor
{
    public string Name => "uniform";

    public Assignment[] Assign(AssignorInput input) =>
        input.Members.Count == 0 ? []
        : input.IsHomogeneous ? new UniformHomogeneousAssignment(input).Build()
        : new UniformHeterogeneousAssignment(input).Build();
}
