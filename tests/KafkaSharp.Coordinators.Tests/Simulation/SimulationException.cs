namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>A run has failed; the message says where, and how to repeat it.</summary>
internal sealed class SimulationException(string message, Exception? inner = null) : Exception(message, inner);
