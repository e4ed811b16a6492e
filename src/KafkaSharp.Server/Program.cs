using System.CommandLine;
using KafkaSharp.Network.Transports;
using KafkaSharp.Server.Commands;

InlineCompletions.Enable();
var root = new RootCommand("KafkaSharp: an Apache Kafka 4.3 broker in one small process.")
{
    StartCommand.Create(),
    FormatCommand.Create(),
    RandomUuidCommand.Create(),
};
// Signals are the host's: by itself the command line would cut the broker's stop off after two seconds.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
