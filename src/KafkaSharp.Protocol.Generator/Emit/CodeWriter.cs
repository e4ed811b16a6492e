using System.Text;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Writes C# text with indentation.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line)
    {
        _text.Append(' ', _depth * 4).Append(line).Append('\n');
    }

    /// <summary>Writes the line, unless it is empty, and an opening brace. Disposing the result writes the closing brace.</summary>
    public Block Open(string line)
    {
        if (line.Length != 0)
            Line(line);
        Line("{");
        _depth++;
        return new(this);
    }

    public override string ToString() => _text.ToString();

    public readonly struct Block(CodeWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}");
        }
    }
}
