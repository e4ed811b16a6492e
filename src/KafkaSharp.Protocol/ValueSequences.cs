#pragma warning disable IDE0130 // Extension methods of an enclosing namespace are preferred over those of an imported one, here over those of System.Linq.
namespace KafkaSharp;

/// <summary>
/// <c>Select</c> onto structs, found before System.Linq's everywhere below this namespace. It gives the same; but System.Linq's has a virtual method
/// with the result's type as its argument, of which native compilation keeps a copy for each pair of types that sequences may ever have: that made up
/// half of the program.
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
