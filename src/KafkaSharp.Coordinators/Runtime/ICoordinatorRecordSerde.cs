using System.Buffers;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Encodes and decodes a coordinator's records (Kafka's <c>CoordinatorRecordSerde</c>). Stateless; safe for use from any thread.
/// </summary>
internal interface ICoordinatorRecordSerde<TRecord>
    where TRecord : class
{
    /// <summary>Writes the key: int16 record type, then the key message.</summary>
    void WriteKey(TRecord record, IBufferWriter<byte> sink);

    /// <summary>Writes the value: int16 version, then the value message. Returns false, and writes nothing, for a tombstone.</summary>
    bool WriteValue(TRecord record, IBufferWriter<byte> sink);

    /// <summary>
    /// Reads a record. The memory belongs to the caller and changes after the call.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null for a tombstone.</param>
    /// <param name="record">The record; null when its type is not known.</param>
    /// <returns>The record type that the key names.</returns>
    /// <exception cref="ProtocolException">A record of a known type cannot be read.</exception>
    short Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out TRecord? record);
}
