// Clients of eng/check-groups --real-time, each a process, and the checks of them:
//   create BOOTSTRAP                                creates the topic
//   feed BOOTSTRAP                                  produces to each partition until it is killed
//   member BOOTSTRAP classic|consumer JOURNAL       consumes as a member of the group; leaves it on SIGTERM
//   observe BOOTSTRAP JOURNAL                       looks at the committed offsets and the type of the group until it is killed
//   settle BOOTSTRAP MEMBERS FOLDER                 waits until the members have read everything, then writes a little more
//   check BOOTSTRAP FOLDER                          compares the journals with what is in the topic
using GroupChecker;

switch (args)
{
    case ["create", var bootstrap]:
        return await RolledTopic.CreateAsync(bootstrap);
    case ["feed", var bootstrap]:
        Feeder.Run(bootstrap);
        return 0;
    case ["member", var bootstrap, var protocol, var journal]:
        return new Member(bootstrap, protocol == "consumer", new Journal(journal)).Run();
    case ["observe", var bootstrap, var journal]:
        Observer.Run(bootstrap, new Journal(journal));
        return 0;
    case ["settle", var bootstrap, var members, var folder]:
        return new Settlement(bootstrap, int.Parse(members)).Run(folder);
    case ["check", var bootstrap, var folder]:
        return Check.Run(bootstrap, folder);
    default:
        Console.Error.WriteLine("GroupChecker: create, feed, member, observe, settle or check");
        return 2;
}
