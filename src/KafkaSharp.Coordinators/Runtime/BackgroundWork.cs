namespace KafkaSharp.Coordinators.Runtime;

/// <summary>Work of a shard outside its event loop.</summary>
internal sealed class BackgroundWork(Action work) : IThreadPoolWorkItem
{
    public void Execute() => work();
}
