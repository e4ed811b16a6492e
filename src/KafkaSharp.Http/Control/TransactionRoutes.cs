using System.Globalization;
using System.Text.Json;
using KafkaSharp.Http.Routing;
using KafkaSharp.Protocol;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>Shows transactions, waits for their end, and fences their producers.</summary>
internal sealed class TransactionRoutes(KafkaTestBroker kafka)
{
    public IEnumerable<Route> All =>
    [
        new("GET", "/transactions", ListAsync),
        new("GET", "/transactions/{transactionalId}", ShowAsync) { Parameters = ["ended", "timeout"] },
        new("POST", "/transactions/{transactionalId}/fence", FenceAsync),
        new("GET", "/topics/{topic}/open-transactions", ShowOpenAsync),
    ];

    private async Task<HttpResponse> ListAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var transactions = await kafka.Transactions.ListAsync(cancellation);
        return HttpResponse.Json(writer => writer.WriteObjects("transactions", transactions, Write));
    }

    private async Task<HttpResponse> ShowAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var query = new QueryFields(request);
        var id = path["transactionalId"];
        var transaction = query.Flag("ended")
            ? await kafka.Transactions.WaitUntilEndedAsync(id, query.Timeout(), cancellation)
            : await kafka.Transactions.DescribeAsync(id, cancellation);
        return transaction is null
            ? HttpResponse.Problem(404, $"No producer has used transactional id {id}", ErrorCode.TransactionalIdNotFound.Name())
            : HttpResponse.Json(writer => Write(writer, transaction));
    }

    private async Task<HttpResponse> FenceAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        await kafka.Transactions.FenceProducerAsync(path["transactionalId"], cancellation);
        return HttpResponse.NoContent;
    }

    private async Task<HttpResponse> ShowOpenAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var open = await kafka.Transactions.OpenInAsync(path["topic"], cancellation);
        return HttpResponse.Json(writer => writer.WriteObjects("openTransactions", open, Write));
    }

    private static void Write(Utf8JsonWriter writer, TestTransaction transaction)
    {
        writer.WriteString("transactionalId", transaction.TransactionalId);
        writer.WriteString("state", transaction.State);
        writer.WriteNumber("producerId", transaction.ProducerId);
        writer.WriteNumber("producerEpoch", transaction.ProducerEpoch);
        writer.WriteNumber("timeoutMs", (long)transaction.Timeout.TotalMilliseconds);
        if (transaction.Started is { } started)
            writer.WriteString("started", started.ToString("O", CultureInfo.InvariantCulture));
        else
            writer.WriteNull("started");
        writer.WriteObjects("partitions", transaction.Partitions, static (fields, partition) =>
        {
            fields.WriteString("topic", partition.Topic);
            fields.WriteNumber("partition", partition.Partition);
        });
    }

    private static void Write(Utf8JsonWriter writer, OpenTransaction open)
    {
        writer.WriteNumber("partition", open.Partition);
        writer.WriteNumber("firstOffset", open.FirstOffset);
        writer.WriteNumber("producerId", open.ProducerId);
        writer.WriteNumber("producerEpoch", open.ProducerEpoch);
        writer.WriteString("lastWrite", open.LastWrite.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("transactionalId", open.TransactionalId);
    }
}
