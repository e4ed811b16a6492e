namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>What IncrementalAlterConfigs does to a value; the ids are the wire's.</summary>
public enum AlterConfigOperation : sbyte
{
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}
