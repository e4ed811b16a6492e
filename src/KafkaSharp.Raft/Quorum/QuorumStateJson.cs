using System.Buffers;
using System.Text;
using System.Text.Json;
using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The text of the file <c>quorum-state</c>, byte for byte as Kafka writes it (<c>FileQuorumStateStore</c>): data_version 0 with
/// kraft.version 0, data_version 1 with kraft.version 1.
/// </summary>
public static class QuorumStateJson
{
    private const int None = -1;

    public static string Write(ElectionState state, short kraftVersion)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (kraftVersion == 0)
                json.WriteString("clusterId", "");
            json.WriteNumber("leaderId", state.LeaderId ?? None);
            json.WriteNumber("leaderEpoch", state.Epoch);
            json.WriteNumber("votedId", state.VotedId ?? None);
            if (kraftVersion == 0)
                WriteVoters(json, state.VoterIds);
            else
                json.WriteString("votedDirectoryId", state.VotedDirectoryId.ToString());
            json.WriteNumber("data_version", kraftVersion == 0 ? 0 : 1);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="InvalidDataException">The text is not a quorum state. The message gives the reason.</exception>
    public static ElectionState Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var version = root.GetProperty("data_version").GetInt32();
            if (version is not (0 or 1))
                throw new InvalidDataException($"quorum-state has data_version {version}, but only 0 and 1 are supported");
            var votedId = root.GetProperty("votedId").GetInt32();
            return new ElectionState(
                root.GetProperty("leaderEpoch").GetInt32(),
                OrNull(root.GetProperty("leaderId").GetInt32()),
                OrNull(votedId),
                version == 1 ? Uuid.Parse(root.GetProperty("votedDirectoryId").GetString()!) : default,
                version == 0 ? [.. root.GetProperty("currentVoters").EnumerateArray().Select(VoterId)] : []);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"quorum-state cannot be read: {e.Message}", e);
        }
    }

    private static void WriteVoters(Utf8JsonWriter json, IReadOnlyList<int> voterIds)
    {
        json.WriteNumber("appliedOffset", 0);
        json.WriteStartArray("currentVoters");
        foreach (var id in voterIds)
        {
            json.WriteStartObject();
            json.WriteNumber("voterId", id);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static int VoterId(JsonElement voter) => voter.GetProperty("voterId").GetInt32();

    private static int? OrNull(int id) => id < 0 ? null : id;
}
