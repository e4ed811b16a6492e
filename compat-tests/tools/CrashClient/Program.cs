using CrashClient;

// CrashClient produce BOOTSTRAP TOPIC PARTITIONS FILE RATE   until a line (or the end) of standard input; what was acknowledged goes to FILE
// CrashClient verify  BOOTSTRAP TOPIC PARTITIONS FILE        reads all and compares; exit code 0 when nothing is lost, doubled or out of order
switch (args)
{
    case ["produce", var bootstrap, var topic, var partitions, var file, var rate]:
        return Producing.Run(bootstrap, topic, int.Parse(partitions), file, int.Parse(rate));
    case ["verify", var bootstrap, var topic, var partitions, var file]:
        return Verifying.Run(bootstrap, topic, int.Parse(partitions), file);
    default:
        Console.Error.WriteLine("usage: CrashClient produce BOOTSTRAP TOPIC PARTITIONS FILE RATE | verify BOOTSTRAP TOPIC PARTITIONS FILE");
        return 2;
}
