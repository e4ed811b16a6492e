using CrashClient;

// CrashClient produce BOOTSTRAP TOPIC PARTITIONS FILE RATE   until a line or the end of standard input; writes the acknowledged records to
// FILE
// CrashClient verify  BOOTSTRAP TOPIC PARTITIONS FILE        consumes and compares; exit code 0 if nothing is lost, duplicated or out of
// order
// CrashClient commit  BOOTSTRAP TOPIC PARTITIONS FILE        until it is killed; writes the acknowledged commits of offsets to FILE
// CrashClient check   BOOTSTRAP TOPIC PARTITIONS FILE        exit code 0 if the broker has the last acknowledged offset of each group
switch (args)
{
    case ["commit", var bootstrap, var topic, var partitions, var file]:
        return Committing.Run(bootstrap, topic, int.Parse(partitions), file);
    case ["check", var bootstrap, var topic, var partitions, var file]:
        return Committing.Check(bootstrap, topic, int.Parse(partitions), file);
    case ["produce", var bootstrap, var topic, var partitions, var file, var rate]:
        return Producing.Run(bootstrap, topic, int.Parse(partitions), file, int.Parse(rate));
    case ["verify", var bootstrap, var topic, var partitions, var file]:
        return Verifying.Run(bootstrap, topic, int.Parse(partitions), file);
    default:
        Console.Error.WriteLine(
            "usage: CrashClient produce BOOTSTRAP TOPIC PARTITIONS FILE RATE | verify|commit|check BOOTSTRAP TOPIC PARTITIONS FILE");
        return 2;
}
