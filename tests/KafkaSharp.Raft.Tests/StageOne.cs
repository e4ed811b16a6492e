namespace KafkaSharp.Raft.Tests;

/// <summary>Files written by Apache Kafka 4.3.1, from log-dirs/stage1-uncleaned of the vectors.</summary>
internal static class StageOne
{
    private const string CheckpointHex =
        "00000000000000000000009a00000000028ccb3aaf002000000002000001a1fc99bbde000001a1fc99bbdeffffffffffffffffffffffff"
        + "ffff000000032a0000000800000003160000000001a1fc99bbd200001e00000208000000050a000000010000820100000408000000066e"
        + "0000020000000111d3e9a8a02146a9956a87adf507a736020b434f4e54524f4c4c45520a3132372e302e302e3159d90000000001000000"
        + "0000000000000000030000003f0000000002183cb7c1002000000000000001a1fc99bc00000001a1fc99bc00ffffffffffffffffffffff"
        + "ffffff000000011a00000008000000040600000000";

    /// <summary>
    /// The checkpoint written by kafka-storage format --standalone: kraft.version 1 with node 1 at 127.0.0.1:23001 as the voter.
    /// </summary>
    public static byte[] BootstrapCheckpoint => Convert.FromHexString(CheckpointHex);

    /// <summary>The first batch of the log: leader change, version and voters of epoch 1, appended at 1795239300884.</summary>
    public const string FirstBatchHex =
        "0000000000000000000000a20000000102384964d4002000000002000001a1fc99cf14000001a1fc99cf14ffffffffffffffffffffffff"
        + "ffff000000033a00000008000000022600000000000102000000010002000000010000001e00000208000000050a000000010000820100"
        + "000408000000066e0000020000000111d3e9a8a02146a9956a87adf507a736020b434f4e54524f4c4c45520a3132372e302e302e3159d9"
        + "000000000100000000";
}
