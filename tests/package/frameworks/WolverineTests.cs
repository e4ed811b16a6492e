using KafkaSharp.Protocol;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using Wolverine;
using Wolverine.Kafka;

namespace Frameworks;

public record OrderCreated(int Number);

public class Orders
{
    public TaskCompletionSource<int> Handled { get; } = new();
}

public static class OrderCreatedHandler
{
    public static void Handle(OrderCreated order, Orders orders) => orders.Handled.TrySetResult(order.Number);
}

public class WolverineTests
{
    [Test]
    public async Task A_message_reaches_its_handler_although_the_leader_changes()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "orders" } });
        using var fault = kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.NotLeaderOrFollower)) { Api = ApiKey.Produce, Topic = "orders", Count = 2 });

        using var host = await Host.CreateDefaultBuilder()
            .UseWolverine(options =>
            {
                options.UseRuntimeCompilation();
                options.Services.AddSingleton<Orders>();
                options.UseKafka(kafka.BootstrapServers).AutoProvision();
                options.PublishMessage<OrderCreated>().ToKafkaTopic("orders").SendInline();
                options.ListenToKafkaTopic("orders");
                options.Discovery.IncludeType(typeof(OrderCreatedHandler));
            })
            .StartAsync();
        await host.Services.GetRequiredService<IMessageBus>().PublishAsync(new OrderCreated(42));

        var orders = host.Services.GetRequiredService<Orders>();
        Assert.That(await orders.Handled.Task.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(42));
        Assert.That(fault.Hits, Is.EqualTo(2));
        await host.StopAsync();
    }
}
