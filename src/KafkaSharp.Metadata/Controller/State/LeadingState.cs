using KafkaSharp.Metadata.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>
/// The state as the active controller's own records change it. A record that it wrote and cannot replay is a bug: the node resigns, since
/// its next decisions would depend on metadata that no other node has. On the controller's event loop only.
/// </summary>
internal sealed class LeadingState(ControllerState state, Action resign) : IReplayable<MetadataRecord>
{
    public void Replay(long offset, MetadataRecord record)
    {
        try
        {
            state.Replay(offset, record);
        }
        catch
        {
            resign();
            throw;
        }
    }
}
