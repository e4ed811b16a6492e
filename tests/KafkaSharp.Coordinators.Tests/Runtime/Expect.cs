using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal static class Expect
{
    /// <summary>The command is refused with an error code.</summary>
    public static async Task Refused(Task command, ErrorCode error)
    {
        try
        {
            await command.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (StateMachineException e)
        {
            Assert.That(e.ErrorCode, Is.EqualTo(error));
            return;
        }
        Assert.Fail($"The command succeeded, {error} was expected");
    }
}
