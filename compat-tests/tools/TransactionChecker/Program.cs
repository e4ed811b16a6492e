// Clients of eng/check-transactions --real-time, each a process that is killed, and the check in the end:
//   append BOOTSTRAP TRANSACTIONAL_ID INSTANCE JOURNAL TOPIC   appends to the partitions of a topic until it is fenced
//   process BOOTSTRAP PARTITION INSTANCE JOURNAL               read-process-write from a partition of input to that of output
//   read BOOTSTRAP JOURNAL                                     reads the committed records of all lists
//   check BOOTSTRAP FOLDER                                     compares what is there with the journals
using TransactionChecker;

switch (args)
{
    case ["create", var bootstrap]:
        return await Lists.CreateAsync(bootstrap);
    case ["append", var bootstrap, var id, var instance, var journal, var topic]:
        new Appender(bootstrap, id, int.Parse(instance), topic).Run(new Journal(journal));
        return 0;
    case ["process", var bootstrap, var partition, var instance, var journal]:
        new Processor(bootstrap, int.Parse(partition), int.Parse(instance)).Run(new Journal(journal));
        return 0;
    case ["read", var bootstrap, var journal]:
        Reader.Follow(bootstrap, new Journal(journal));
        return 0;
    case ["check", var bootstrap, var folder]:
        return await Check.RunAsync(bootstrap, folder);
    default:
        Console.Error.WriteLine("TransactionChecker: create, append, process, read or check");
        return 2;
}
