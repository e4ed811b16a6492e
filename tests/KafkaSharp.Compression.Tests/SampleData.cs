namespace KafkaSharp.Compression.Tests;

/// <summary>Test data from a seed: text that compresses well, random bytes that do not, and a mixture of both.</summary>
internal static class SampleData
{
    private static readonly string[] Words = ["alpha ", "beta ", "gamma ", "delta ", "kafka ", "{\"id\":", "\"name\":\"", "},"];

    public static byte[] Text(int length, int seed = 1)
    {
        var random = new Random(seed);
        var bytes = new List<byte>(length + 16);
        while (bytes.Count < length)
            bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(Words[random.Next(Words.Length)] + random.Next(100)));
        return [.. bytes.Take(length)];
    }

    public static byte[] Noise(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Mixed(int length, int seed = 1)
    {
        var text = Text(length, seed);
        for (var i = 0; i + 100 < length; i += 400)
            Noise(100, seed + i).CopyTo(text, i);
        return text;
    }
}
