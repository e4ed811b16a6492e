namespace KafkaSharp.Testing.Connections;

/// <summary>The refusal of new connections that a test has asked for; disposing ends it.</summary>
internal sealed class Refusal(TestConnections owner) : IDisposable
{
    public void Dispose() => owner.End(this);
}
