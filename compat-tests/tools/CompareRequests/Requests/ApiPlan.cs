using System.Text.RegularExpressions;
using CompareRequests.Schemas;

namespace CompareRequests.Requests;

/// <summary>
/// How the requests of an API are compared: the valid requests that are changed (by name), what is done before each case, and what is
/// observed after it. Texts that begin with @ are variables (see <see cref="Running.Variables"/>).
/// </summary>
internal sealed record ApiPlan(string Api, params (string Name, string Json)[] Requests)
{
    public ApiPlan(string api, string json)
        : this(api, ("", json))
    {
    }

    public Step[] Before { get; init; } = [];

    public Step[] After { get; init; } = [];

    /// <summary>Sent to the controller listener.</summary>
    public bool OnController { get; init; }

    /// <summary>Descriptions of cases that would harm the comparison itself, such as one that ends a broker on request.</summary>
    public Regex? Excluded { get; init; }

    /// <summary>False: only the requests themselves are sent.</summary>
    public bool IsMutated { get; init; } = true;

    /// <summary>Only the highest version is compared.</summary>
    public bool IsLatestOnly { get; init; }

    /// <summary>A case uses nothing that another one changes: several run at once.</summary>
    public bool IsIndependent { get; init; }

    /// <summary>What follows the number in the names of the plan's cases.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>The plan needs this level of <c>transaction.version</c>.</summary>
    public int LeastTransactionVersion { get; init; }

    public string Name => OnController ? Api + " (controller)" : Api;

    public IEnumerable<(string Name, Dictionary<string, object?> Request)> Originals =>
        Requests.Select(request => (request.Name, Values.Struct(request.Json)));
}
