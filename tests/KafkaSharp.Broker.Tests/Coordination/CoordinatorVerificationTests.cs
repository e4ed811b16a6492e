using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Transactions;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Tests.Coordination;

/// <summary>No transaction begins in the partition of a coordinator without the knowledge of its transaction coordinator.</summary>
internal sealed class CoordinatorVerificationTests
{
    private TestTransactionPartitions _coordinators = null!;

    [SetUp]
    public void Begin() => _coordinators = new TestTransactionPartitions();

    [TestCase((short)0, TransactionOperation.VerifyDefaultErrors)]
    [TestCase((short)3, TransactionOperation.VerifyDefaultErrors)]
    [TestCase((short)4, TransactionOperation.VerifyGenericErrors)]
    [TestCase((short)5, TransactionOperation.AddPartitions)]
    public async Task The_version_of_the_request_decides_what_is_asked(short version, TransactionOperation operation)
    {
        await using var leader = new LeaderFixture();
        await Storage(leader).VerifyAsync(0, Transaction(version));
        var question = _coordinators.Questions.Single();
        Assert.That(
            (question.TransactionalId, question.ProducerId, question.Epoch, question.Partitions.Single(), question.Operation),
            Is.EqualTo(("transaction", 7L, (short)0, new TopicPartition("t", 0), operation)));
    }

    [Test]
    public async Task Records_are_appended_with_what_the_verification_gave_only()
    {
        await using var leader = new LeaderFixture();
        var storage = Storage(leader);
        using var partition = await storage.OpenAsync(0, CancellationToken.None);
        Assert.That(() => partition.Append(Batch(), 0, 0), Refused(ErrorCode.InvalidTxnState));
        var verification = await storage.VerifyAsync(0, Transaction(5));
        Assert.That(() => partition.Append(Batch(), 0, 0), Refused(ErrorCode.InvalidTxnState));
        Assert.That(partition.Append(Batch(), 0, 0, verification), Is.EqualTo(1));
        Assert.That(await storage.VerifyAsync(0, Transaction(5)), Is.Null, "the transaction is open");
        Assert.That(partition.Append(Batch(), 0, 0), Is.EqualTo(2));
        Assert.That(_coordinators.Questions, Has.Count.EqualTo(1));
    }

    [TestCase(ErrorCode.InvalidTxnState)]
    [TestCase(ErrorCode.NetworkException)]
    public async Task What_the_transaction_coordinator_refuses_is_an_error(ErrorCode error)
    {
        await using var leader = new LeaderFixture();
        _coordinators.Respond(error);
        Assert.That(() => Storage(leader).VerifyAsync(0, Transaction(5)), Refused(error));
        Assert.That(() => Storage(leader).VerifyAsync(1, Transaction(5)), Throws.TypeOf<StateMachineException>(), "not on this broker");
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(ErrorCode error) =>
        Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(error);

    private static TransactionIdentity Transaction(short version) => new("transaction", 7, 0, version);

    private static byte[] Batch()
    {
        using var builder = new RecordBatchBuilder(
            new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true });
        builder.Append(0, new byte[4], new byte[4]);
        return builder.Build().ToArray();
    }

    private CoordinatorStorage Storage(LeaderFixture leader) =>
        new(leader.Replicas, "t", requiredAcks: 1, new PartitionVerification(leader.Replicas, () => true) { Coordinators = _coordinators });
}
