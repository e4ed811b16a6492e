namespace CompareRequests.Timings;

/// <summary>Connections that are silent for longer than <c>connections.max.idle.ms</c>, which is 3 seconds here.</summary>
internal static class ConnectionTimings
{
    public static readonly TimedScenario[] List =
    [
        new("a connection without a request is closed", client =>
        {
            var connection = client.Connect();
            client.StartWatch();
            var response = client.Receive(connection, "ApiVersions", 0);
            client.StopWatch();
            return response.Count == 0 ? "closed" : "a response";
        }),
        new("a connection is closed that long after its last request", client =>
        {
            var connection = client.Connect();
            Thread.Sleep(1500);
            client.Run(connection, "ApiVersions", 0, "{}");
            client.StartWatch();
            var response = client.Receive(connection, "ApiVersions", 0);
            client.StopWatch();
            return response.Count == 0 ? "closed" : "a response";
        }),
        new("a connection whose request waits longer is closed too", client =>
        {
            var connection = client.Connect();
            client.StartWatch();
            var response = client.Run(connection, "Fetch", 11, FetchTimings.Fetch(minBytes: 1_000_000, wait: 6000));
            client.StopWatch();
            return response.Count == 0 ? "closed" : "a response";
        }),
    ];
}
