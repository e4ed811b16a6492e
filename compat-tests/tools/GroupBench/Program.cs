// Measures consumer groups (KIP-848) by members that are a few bytes each instead of whole clients, for eng/bench-groups:
//   rebalance BOOTSTRAP MEMBERS PARTITIONS    a group forms, a member leaves, another joins
//   heartbeats BOOTSTRAP COUNT                of 100 members at rest
//   commits BOOTSTRAP COUNT                   of 100 members, an offset each
//   groups BOOTSTRAP COUNT                    as many groups of one member, which stay
// Prints lines NAME<tab>VALUE.
using System.Net;
using GroupBench;

var broker = IPEndPoint.Parse(args.Length > 1 ? args[1] : throw new ArgumentException("GroupBench: COMMAND BOOTSTRAP …"));
using var crowd = new Crowd(broker);
switch (args)
{
    case ["rebalance", _, var members, var partitions]:
        Rebalances.Measure(crowd, int.Parse(members), int.Parse(partitions));
        return 0;
    case ["heartbeats", _, var count]:
        Rates.Heartbeats(crowd, int.Parse(count));
        return 0;
    case ["commits", _, var count]:
        Rates.Commits(crowd, int.Parse(count));
        return 0;
    case ["groups", _, var count]:
        Rebalances.FormMany(crowd, int.Parse(count));
        return 0;
    default:
        Console.Error.WriteLine("GroupBench: rebalance, heartbeats, commits or groups");
        return 2;
}
