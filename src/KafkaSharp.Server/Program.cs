using System.CommandLine;
using KafkaSharp.Network.Transports;
using KafkaSharp.Server;
using KafkaSharp.Server.Commands;
using KafkaSharp.Server.Dev;

StandardStreams.ReplaceClosed();
FileSizeLimit.IgnoreSignal();
InlineCompletions.Enable();
var root = new RootCommand("KafkaSharp: an Apache Kafka 4.3 compatible broker in one small process.")
{
    StartCommand.Create(),
    DevCommand.Create(),
    FormatCommand.Create(),
    RandomUuidCommand.Create(),
    DumpLogCommand.Create(),
};
// The host handles signals. System.CommandLine would otherwise end the process two seconds after a signal, before the broker has shut down.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
