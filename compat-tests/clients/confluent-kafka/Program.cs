using Confluent.Kafka;
using ConfluentKafka;

var bootstrap = Environment.GetEnvironmentVariable("BOOTSTRAP") ?? throw new InvalidOperationException("BOOTSTRAP is not set");
var topic = $"confluent-{Environment.GetEnvironmentVariable("RUN_ID")}";

using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
Check.Run("admin: create and describe topics", () => Administering.Topics(admin, topic));
Check.Run("admin: create partitions, delete topic", () => Administering.Partitions(admin, $"{topic}-grow"));
Check.Run("admin: configs", () => Administering.Configs(admin, topic));
Check.Run("admin: delete records", () => Administering.Records(admin, bootstrap, $"{topic}-records"));
Check.Run("producer: every acks", () => Producing.EveryAcks(bootstrap, $"{topic}-acks"));
Check.Run("producer: idempotent, in order", () => Producing.IdempotentInOrder(bootstrap, $"{topic}-idempotent", 20_000));
Check.Run("producer: headers, timestamps, null value", () => Producing.HeadersAndTimestamps(bootstrap, $"{topic}-headers"));
Check.Run("consumer: group of three, range", () => Consuming.GroupOfThree(bootstrap, topic, "range"));
Check.Run("consumer: group of three, cooperative",
    () => { Administering.Topics(admin, $"{topic}-c"); Consuming.GroupOfThree(bootstrap, $"{topic}-c", "cooperative"); });
Check.Run("consumer: group of three, consumer protocol",
    () => { Administering.Topics(admin, $"{topic}-848"); Consuming.GroupOfThree(bootstrap, $"{topic}-848", "consumer"); });
Check.Run("consumer: rolling migration to the consumer protocol and back", () =>
{
    Administering.Create(admin, ($"{topic}-roll", 6));
    Migrating.ThereAndBack(admin, bootstrap, $"{topic}-roll");
});
Check.Run("consumer: static member", () => Consuming.StaticMemberKeepsItsPlace(bootstrap, topic));
Check.Run("consumer: compacted topics, every codec", () => Compacting.EveryCodec(admin, bootstrap, $"{topic}-compacted"));
Check.Run("admin: groups", () => Administering.Groups(admin, $"{topic}-group-range"));
Check.Run("transactions: read, process, write", () =>
{
    Administering.Create(admin, ($"{topic}-loop-in", 2), ($"{topic}-loop-out", 1));
    Transacting.ReadProcessWrite(bootstrap, $"{topic}-loop", 200);
});
Check.Run("transactions: an old producer is fenced", () =>
{
    Administering.Create(admin, ($"{topic}-fenced", 1));
    Transacting.Fencing(bootstrap, topic);
});
return Check.Failures == 0 ? 0 : 1;
