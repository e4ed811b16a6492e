namespace HostileClients.Requests;

/// <summary>
/// How many entries a request has, and which thing each of them names: always the same one, number 0, or each its own.
/// </summary>
internal sealed record Entries(int Count, bool AreSame)
{
    public List<T> Of<T>(Func<int, T> make)
    {
        var list = new List<T>(Count);
        for (var i = 0; i < Count; i++)
            list.Add(make(AreSame ? 0 : i));
        return list;
    }
}
