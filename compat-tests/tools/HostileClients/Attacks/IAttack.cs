namespace HostileClients.Attacks;

/// <summary>What a hostile client does. Disposal closes its connections, from any thread, which also ends a run.</summary>
interface IAttack : IDisposable
{
    /// <summary>
    /// Returns when the attack has gone on for at least this time and everything that was sent has its response, or after disposal.
    /// </summary>
    AttackResult Run(TimeSpan atLeast);
}
