using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

internal sealed class DescriptorBudgetTests
{
    [TestCase(96, 48, 24, 24)]
    [TestCase(4096, 512, 1792, 1792)]
    [TestCase(20_000, 512, 4096, 15_392)]
    [TestCase(65_536, 512, 13_004, 52_020)]
    [TestCase(1_048_576, 512, 16_384, 1_031_680)]
    public void Files_and_connections_share_what_the_reserve_leaves(int total, int reserve, int files, int connections)
    {
        var budget = new DescriptorBudget(total);
        Assert.That((budget.Reserve, budget.Files, budget.Connections), Is.EqualTo((reserve, files, connections)));
    }
}
