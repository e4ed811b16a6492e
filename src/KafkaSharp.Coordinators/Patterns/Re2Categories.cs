namespace KafkaSharp.Coordinators.Patterns;

/// <summary>
/// The categories and scripts of Unicode that RE2/J knows, as .NET writes them in a class. Names of topics are ASCII, so that it is enough
/// to have the characters of a script where .NET has them as one block. Stateless.
/// </summary>
internal static class Re2Categories
{
    private const string Nothing = @"\ud800";

    private static readonly HashSet<string> s_categories = Names(
        "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs");

    /// <summary>Scripts that are a block of code points of .NET.</summary>
    private static readonly HashSet<string> s_blocks = Names(
        "Arabic Armenian Bengali Bopomofo Buhid Cherokee Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hanunoo Hebrew "
        + "Hiragana Kannada Katakana Khmer Lao Limbu Malayalam Mongolian Myanmar Ogham Oriya Runic Sinhala Syriac Tagalog Tagbanwa Tamil "
        + "Telugu Thaana Thai Tibetan");

    private static readonly HashSet<string> s_others = Names(
        "Avestan Balinese Bamum Batak Brahmi Braille Buginese Canadian_Aboriginal Carian Cham Coptic Cuneiform Cypriot Deseret "
        + "Egyptian_Hieroglyphs Glagolitic Gothic Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi "
        + "Kayah_Li Kharoshthi Lepcha Linear_B Lisu Lycian Lydian Mandaic Meetei_Mayek New_Tai_Lue Nko Ol_Chiki Old_Italic Old_Persian "
        + "Old_South_Arabian Old_Turkic Osmanya Phags_Pa Phoenician Rejang Samaritan Saurashtra Shavian Sundanese Syloti_Nagri Tai_Le "
        + "Tai_Tham Tai_Viet Tifinagh Ugaritic Unknown Vai Yi");

    /// <summary>The characters of a category or a script, or all others; null when there is none of that name.</summary>
    public static string? Find(string name, bool isNegated) =>
        s_categories.Contains(name) ? $@"\{(isNegated ? 'P' : 'p')}{{{name}}}"
        : s_blocks.Contains(name) ? $@"\{(isNegated ? 'P' : 'p')}{{Is{name}}}"
        : s_others.Contains(name) ? (isNegated ? @"\0-\uffff" : Nothing)
        : (name, isNegated) switch
        {
            ("Any", false) => @"\0-\uffff",
            ("Any", true) => Nothing,
            ("Latin", false) => @"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u1e00-\u1eff",
            ("Latin", true) => @"\0-@\[-`{-\u00a9\u00ab-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02b9-\u1dff\u1f00-\u2129\u212b-\uffff",
            ("Common", false) => @"\0-@\[-`{-\u00a9\u00ab-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u2070\u2074-\u207e\u2080-\u208e",
            ("Common", true) => @"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff",
            ("Han", false) => @"\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9",
            ("Han", true) => @"\0-\u2e7f\u2fd6-\u3004\u3006\u3008-\u3020\u302a-\u3037\u303c-\u33ff\u4dc0-\u4dff\ua000-\uf8ff\ufada-\uffff",
            ("Hangul", false) => @"\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
            ("Hangul", true) => @"\0-\u10ff\u1200-\u3130\u318f-\uabff\ud7a4-\uffff",
            _ => null,
        };

    private static HashSet<string> Names(string names) => [.. names.Split(' ')];
}
