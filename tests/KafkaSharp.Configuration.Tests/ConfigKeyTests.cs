namespace KafkaSharp.Configuration.Tests;

public sealed class ConfigKeyTests
{
    [TestCase(0.5, "0.5")]
    [TestCase(0.0, "0.0")]
    [TestCase(1.0, "1.0")]
    [TestCase(-0.1, "-0.1")]
    [TestCase(0.001, "0.001")]
    [TestCase(0.0001, "1.0E-4")]
    [TestCase(9999999.0, "9999999.0")]
    [TestCase(1e7, "1.0E7")]
    [TestCase(1.5e10, "1.5E10")]
    [TestCase(double.MaxValue, "1.7976931348623157E308")]
    [TestCase(0.1 + 0.2, "0.30000000000000004")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.NegativeInfinity, "-Infinity")]
    public void Doubles_are_formatted_as_in_Java(double value, string text)
    {
        var key = ConfigKeys.Double("x", 0, "");
        Assert.That(key.Format(value), Is.EqualTo(text));
        Assert.That(key.Parse(text), Is.EqualTo(value));
    }

    [TestCase("∞")]
    [TestCase("nan")]
    [TestCase("1,5")]
    [TestCase("1 000")]
    [TestCase("d")]
    [TestCase("--1")]
    public void Malformed_doubles_are_refused_as_in_Java(string text) =>
        Assert.That(() => ConfigKeys.Double("x", 0, "").Parse(text), Throws.TypeOf<ConfigException>());

    [Test]
    public void A_synonym_has_the_same_validation_with_its_own_name()
    {
        var synonym = ConfigKeys.Int("a", 1, "A.", min: 1).Synonym("log.a", ConfigUpdateMode.ClusterWide);
        Assert.That(() => synonym.Parse("0"), Throws.TypeOf<ConfigException>()
            .With.Message.EqualTo("Invalid value 0 for configuration log.a: Value must be at least 1"));
    }

    [Test]
    public void All_faults_are_reported_together()
    {
        var schema = new ConfigSchema(ConfigKeys.Int("a", 1, ""), ConfigKeys.Boolean("b", true, ""));
        var faults = new List<string>();
        ConfigValues.Parse(schema, new Dictionary<string, string> { ["a"] = "x", ["b"] = "y", ["c"] = "z" }, faults);
        Assert.That(faults, Is.EquivalentTo(new[]
        {
            "Invalid value x for configuration a: Not a number of type INT",
            "Invalid value y for configuration b: Expected value to be either true or false",
        }));
    }
}
