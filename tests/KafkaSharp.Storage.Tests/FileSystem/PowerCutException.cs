namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>The machine has lost its power: no call of the file system returns any more.</summary>
internal sealed class PowerCutException() : Exception("The power is off");
