using System.Net;
using WireProbe;

// WireProbe create-produce BOOTSTRAP TIMES   repeatedly creates a topic and produces to it immediately; an error is a failure
// WireProbe bad-input BOOTSTRAP TIMES SEED   malformed frames; the broker must respond or close the connection
switch (args)
{
    case ["create-produce", var bootstrap, var times]:
        return CreateThenProduce.Run(IPEndPoint.Parse(bootstrap), int.Parse(times));
    case ["bad-input", var bootstrap, var times, var seed]:
        return BadInput.Run(IPEndPoint.Parse(bootstrap), int.Parse(times), int.Parse(seed));
    default:
        Console.Error.WriteLine(
            "usage: WireProbe create-produce BOOTSTRAP TIMES | bad-input BOOTSTRAP TIMES SEED   (BOOTSTRAP: address:port)");
        return 2;
}
