using System.Net;

namespace HostileClients.Observers;

/// <summary>Another client of the broker, whose delay is measured. One thread at a time.</summary>
internal abstract class Observer(IPEndPoint broker, string name) : IDisposable
{
    public string Name => name;

    protected IPEndPoint Broker => broker;

    /// <summary>Opens what the probes need; called again after a failed probe.</summary>
    public abstract void Open();

    /// <summary>One probe; its delay in milliseconds.</summary>
    public abstract double Probe();

    public abstract void Dispose();
}
