#pragma warning disable IDE0130 // In an enclosing namespace of all code, its extension methods take precedence over System.Linq's.
namespace KafkaSharp;

/// <summary>
/// A <c>Select</c> to structs that replaces the one of System.Linq in all namespaces of the project, with the same result. System.Linq's
/// has a virtual generic method, for which the native compiler generates a copy per pair of types. These copies were half of the native
/// program (docs/decisions/0008-a-small-start.md).
/// </summary>
public static class ValueSequences
{
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
        where TResult : struct
    {
        foreach (var item in source)
            yield return selector(item);
    }
}
