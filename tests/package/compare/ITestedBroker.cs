namespace Compare;

/// <summary>A broker that runs. Disposing stops it.</summary>
internal interface ITestedBroker : IAsyncDisposable
{
    string BootstrapServers { get; }

    /// <summary>The process it is in; null for this one.</summary>
    int? ProcessId { get; }
}
