using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Benchmarks;

/// <summary>CRC-32C in three lanes compared with a single chain of the same instruction.</summary>
public class Crc32CBenchmarks
{
    private byte[] _bytes = [];

    [Params(100, 1024, 16 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _bytes = new byte[Size];
        new Random(1).NextBytes(_bytes);
    }

    [Benchmark]
    public uint ThreeLanes() => Crc32C.Compute(_bytes);

    [Benchmark(Baseline = true)]
    public uint OneLane()
    {
        var crc = uint.MaxValue;
        ref var at = ref MemoryMarshal.GetArrayDataReference(_bytes);
        var i = 0;
        for (; i + sizeof(ulong) <= _bytes.Length; i += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i)));
        for (; i < _bytes.Length; i++)
            crc = BitOperations.Crc32C(crc, _bytes[i]);
        return ~crc;
    }
}
