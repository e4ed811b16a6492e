using System.Net;
using WireProbe;

// WireProbe create-produce BOOTSTRAP TIMES   repeatedly creates a topic and produces to it immediately; an error is a failure
// WireProbe bad-input BOOTSTRAP TIMES SEED   malformed frames; the broker must respond or close the connection
// WireProbe partitions create|check BOOTSTRAP PARTITIONS SEGMENTS makes many partitions, or checks that all are served; prints how long it
// takes
switch (args)
{
    case ["create-produce", var bootstrap, var times]:
        return CreateThenProduce.Run(IPEndPoint.Parse(bootstrap), int.Parse(times));
    case ["bad-input", var bootstrap, var times, var seed]:
        return BadInput.Run(IPEndPoint.Parse(bootstrap), int.Parse(times), int.Parse(seed));
    case ["partitions", "create", var bootstrap, var partitions, var segments]:
        return ManyPartitions.Create(IPEndPoint.Parse(bootstrap), int.Parse(partitions), int.Parse(segments));
    case ["partitions", "check", var bootstrap, var partitions, var segments]:
        return ManyPartitions.Check(IPEndPoint.Parse(bootstrap), int.Parse(partitions), int.Parse(segments));
    default:
        Console.Error.WriteLine(
            "usage: WireProbe create-produce BOOTSTRAP TIMES | bad-input BOOTSTRAP TIMES SEED | " +
            "partitions create|check BOOTSTRAP PARTITIONS SEGMENTS   (BOOTSTRAP: address:port)");
        return 2;
}
