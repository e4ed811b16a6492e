using System.Text;
using KafkaSharp.Http.Routing;

namespace KafkaSharp.Http.Tests.Routing;

internal sealed class RouteTableTests
{
    private static readonly RouteTable s_table = new(
    [
        new Route("GET", "/a", (_, _, _) => Respond("a")),
        new Route("GET", "/a/{x}/b", (_, path, _) => Respond(path["x"])),
        new Route("POST", "/a", (_, _, _) => Respond("posted")) { Parameters = ["x"] },
    ]);

    [TestCase("GET", "/a", 200, "a")]
    [TestCase("HEAD", "/a", 200, "a")]
    [TestCase("POST", "/a", 200, "posted")]
    [TestCase("POST", "/a?x=1", 200, "posted")]
    [TestCase("POST", "/a?y=1", 400, "Known: x")]
    [TestCase("GET", "/a/1%2F2%20/b", 200, "1/2 ")]
    [TestCase("DELETE", "/a", 405, "GET, POST")]
    [TestCase("GET", "/a/", 404, "openapi.json")]
    [TestCase("GET", "/b", 404, "/b")]
    public async Task A_request_goes_to_its_route(string method, string path, int status, string text)
    {
        var response = await s_table.HandleAsync(HttpRequest.Create(method, path, default), default);
        Assert.That(response.Status, Is.EqualTo(status));
        Assert.That(Encoding.UTF8.GetString(response.Body.Span), Does.Contain(text));
    }

    private static Task<HttpResponse> Respond(string text) =>
        Task.FromResult(new HttpResponse(200, "text/plain", Encoding.UTF8.GetBytes(text)));
}
