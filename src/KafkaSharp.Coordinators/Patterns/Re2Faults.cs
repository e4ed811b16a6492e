namespace KafkaSharp.Coordinators.Patterns;

/// <summary>Why a pattern is invalid, in the words of RE2/J: they are in Kafka's error messages.</summary>
internal static class Re2Faults
{
    public const string UnexpectedParenthesis = "regexp/syntax: internal error";
    public const string MissingParenthesis = "missing closing )";
    public const string MissingBracket = "missing closing ]";
    public const string InvalidRange = "invalid character class range";
    public const string InvalidEscape = "invalid escape sequence";
    public const string TrailingBackslash = "trailing backslash at end of expression";
    public const string InvalidName = "invalid named capture";
    public const string DuplicateName = "duplicate capture group name";
    public const string InvalidGroup = "invalid or unsupported Perl syntax";
    public const string MissingOperand = "missing argument to repetition operator";
    public const string NestedRepetition = "invalid nested repetition operator";
    public const string InvalidCount = "invalid repeat count";

    /// <summary>RE2/J has no such limit: a broker may run out of memory.</summary>
    public const string TooLarge = "the expression is too large";
}
