using System.Text;
using KafkaSharp.Protocol.Generator.Emit;
using KafkaSharp.Protocol.Generator.Schemas;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace KafkaSharp.Protocol.Generator;

/// <summary>
/// Generates message classes from the <c>.schema</c> files of a project: one source file per message, and one for each of the tables of
/// APIs and of record types. The result of every step is equatable, so an unchanged file causes no work. Each step has a name for tests.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class MessageGenerator : IIncrementalGenerator
{
    internal const string ParseStep = "ParseSchema";
    internal const string MessageStep = "Messages";
    internal const string ApiStep = "Apis";
    internal const string RecordStep = "Records";

    private static readonly DiagnosticDescriptor s_fault = new(
        "KSP001", "A schema file is invalid", "{0}", "Schema", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".schema", StringComparison.Ordinal))
            .Select((file, cancel) => SchemaParser.Parse(file.Path, file.GetText(cancel)?.ToString() ?? ""))
            .WithTrackingName(ParseStep);
        var messages = files.SelectMany((file, _) => file.Messages).WithTrackingName(MessageStep);
        var apis = files.Where(file => file.Api is not null).Select((file, _) => file.Api!).Collect()
            .Select((all, _) => new EquatableArray<ApiSchema>(all)).WithTrackingName(ApiStep);
        var records = messages.Where(m => m.Log.Length != 0).Select((m, _) => new RecordRow(m.Log, m.Kind, m.Key, m.Name)).Collect()
            .Select((all, _) => new EquatableArray<RecordRow>(all)).WithTrackingName(RecordStep);

        context.RegisterSourceOutput(messages, (output, message) => Add(output, message.Name, MessageEmitter.Emit(message)));
        context.RegisterSourceOutput(apis, (output, all) => Add(output, "ApiVersionRanges", ApiTableEmitter.Emit(all)));
        context.RegisterSourceOutput(records, (output, all) => Add(output, "Records", RecordTableEmitter.Emit(all)));
        context.RegisterSourceOutput(files.Where(file => file.Fault is not null), (output, file) => Report(output, file.Fault!));
    }

    private static void Add(SourceProductionContext output, string name, string text) =>
        output.AddSource(name + ".g.cs", SourceText.From(text, Encoding.UTF8));

    private static void Report(SourceProductionContext output, SchemaFault fault)
    {
        var line = new LinePosition(fault.Line, 0);
        output.ReportDiagnostic(Diagnostic.Create(s_fault, Location.Create(fault.Path, default, new(line, line)), fault.Message));
    }
}
