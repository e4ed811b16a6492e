namespace KafkaSharp.Network.Buffers;

/// <summary>A frame would hold more than <see cref="OutgoingFrame.MaxCopiedBytes"/>. The writer disposes the frame.</summary>
public sealed class FrameTooLargeException(string message) : Exception(message);
