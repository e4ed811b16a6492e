namespace CompareRequests.Requests;

/// <summary>The cluster, its features and quotas.</summary>
internal static class ClusterPlans
{
    private static readonly ApiPlan s_alterQuotas = new("AlterClientQuotas",
        """
        {"Entries":[{"Entity":[{"EntityType":"user","EntityName":"@fresh"}],"Ops":[{"Key":"producer_byte_rate","Value":1000000.0,
         "Remove":false}]}],
         "ValidateOnly":false}
        """)
    {
        After = [Steps.Quotas],
        // The default entity would throttle later requests.
        Excluded = new("EntityName = null"),
    };

    private static readonly ApiPlan s_updateFeatures = new("UpdateFeatures",
        """
        {"TimeoutMs":10000,"FeatureUpdates":[{"Feature":"metadata.version","MaxVersionLevel":30,"UpgradeType":1}],"ValidateOnly":true}
        """)
    {
        Excluded = new("ValidateOnly = false"),
    };

    private static readonly ApiPlan s_describeQuorum = new("DescribeQuorum",
        """{"Topics":[{"TopicName":"__cluster_metadata","Partitions":[{"PartitionIndex":0}]}]}""");

    private static readonly ApiPlan s_describeCluster = new("DescribeCluster",
        """{"IncludeClusterAuthorizedOperations":true,"EndpointType":1,"IncludeFencedBrokers":false}""");

    private static readonly ApiPlan s_apiVersions = new("ApiVersions", """{"ClientSoftwareName":"name","ClientSoftwareVersion":"1.0"}""");

    private static readonly ApiPlan s_unregisterBroker = new("UnregisterBroker", """{"BrokerId":901}""")
    {
        // The broker itself.
        Excluded = new("BrokerId = 1$"),
    };

    public static readonly ApiPlan[] List =
    [
        s_apiVersions,
        s_apiVersions with { OnController = true },
        s_describeCluster,
        s_describeCluster with { OnController = true },
        s_describeQuorum,
        s_describeQuorum with { OnController = true },
        s_updateFeatures,
        s_updateFeatures with { OnController = true },
        s_alterQuotas,
        s_alterQuotas with { OnController = true },
        new("DescribeClientQuotas", """{"Components":[{"EntityType":"user","MatchType":0,"Match":"u"}],"Strict":false}"""),
        new("DescribeUserScramCredentials", ("", """{"Users":[{"Name":"u"}]}"""), ("all", """{"Users":null}""")),
        s_unregisterBroker,
        s_unregisterBroker with { OnController = true },
    ];
}
