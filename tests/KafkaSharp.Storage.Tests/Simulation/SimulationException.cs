namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>A history in which an invariant did not hold: the message has its seed and its last steps.</summary>
internal sealed class SimulationException(string message) : Exception(message);
