// Clients of eng/check-transactions --real-time, each a process that is killed, and the check in the end:
//   append BOOTSTRAP TRANSACTIONAL_ID INSTANCE JOURNAL TOPIC…   appends to the partitions of topics until it is fenced
//   process BOOTSTRAP PARTITION INSTANCE JOURNAL                read-process-write from a partition of input to that of output
//   member BOOTSTRAP NUMBER INSTANCE JOURNAL                    read-process-write from shared to grouped, as a member of a group
//   read BOOTSTRAP JOURNAL                                      reads the committed records of all lists
//   check BOOTSTRAP FOLDER [java]                               compares what is there with the journals; java: it has written too
using TransactionChecker;

switch (args)
{
    case ["create", var bootstrap]:
        return await Lists.CreateAsync(bootstrap);
    case ["append", var bootstrap, var id, var instance, var journal, .. var topics]:
        new Appender(bootstrap, id, int.Parse(instance), topics).Run(new Journal(journal));
        return 0;
    case ["process", var bootstrap, var partition, var instance, var journal]:
        new Processor(bootstrap, int.Parse(partition), int.Parse(instance)).Run(new Journal(journal));
        return 0;
    case ["member", var bootstrap, var number, var instance, var journal]:
        new Member(bootstrap, int.Parse(number), int.Parse(instance)).Run(new Journal(journal));
        return 0;
    case ["read", var bootstrap, var journal]:
        Reader.Follow(bootstrap, new Journal(journal));
        return 0;
    case ["check", var bootstrap, var folder, .. var java]:
        return await Check.RunAsync(bootstrap, folder, java is ["java"]);
    default:
        Console.Error.WriteLine("TransactionChecker: create, append, process, member, read or check");
        return 2;
}
