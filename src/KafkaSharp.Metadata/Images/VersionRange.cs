namespace KafkaSharp.Metadata.Images;

/// <summary>The inclusive range of the levels of a feature that a node supports.</summary>
public readonly record struct VersionRange(short Min, short Max)
{
    public bool Contains(short level) => level >= Min && level <= Max;

    public override string ToString() => Min == Max ? $"{Min}" : $"{Min}-{Max}";
}
