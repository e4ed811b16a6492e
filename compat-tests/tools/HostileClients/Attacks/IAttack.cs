namespace HostileClients.Attacks;

/// <summary>What a hostile client does. Disposal closes its connections, from any thread, which also ends a run.</summary>
internal interface IAttack : IDisposable
{
    /// <summary>
    /// Returns when the attack has lasted at least this time and every request has its response, or after disposal.
    /// </summary>
    AttackResult Run(TimeSpan atLeast);
}
