using System.CommandLine;
using KafkaSharp.Server.Commands;

var root = new RootCommand("KafkaSharp: an Apache Kafka 4.3 broker in one small process.")
{
    StartCommand.Create(),
    FormatCommand.Create(),
    RandomUuidCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
