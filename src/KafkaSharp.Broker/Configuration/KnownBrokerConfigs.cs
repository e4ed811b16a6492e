using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// Every broker key of Apache Kafka 4.3.1: name, type, whether it changes at run time (c for the cluster, b for a broker; i marks an
/// internal key), the allowed values (see <see cref="KnownKeys"/>) and the default. A key that no component declares is known from this
/// table only: it is described with its default, and a start with it set logs that it has no effect.
/// </summary>
internal static class KnownBrokerConfigs
{
    private static readonly Lazy<Dictionary<string, ConfigKey>> Keys = new(Parse);

    public static IReadOnlyCollection<ConfigKey> All => Keys.Value.Values;

    public static ConfigKey? Find(string name) => Keys.Value.GetValueOrDefault(name);

    private static Dictionary<string, ConfigKey> Parse()
    {
        var keys = new Dictionary<string, ConfigKey>(400);
        foreach (var line in Table.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 5);
            var update = parts[2] switch
            {
                "c" => ConfigUpdateMode.ClusterWide,
                "b" => ConfigUpdateMode.PerBroker,
                _ => ConfigUpdateMode.ReadOnly,
            };
            keys.Add(parts[0], KnownKeys.Create(
                parts[0], Enum.Parse<ConfigType>(parts[1]), parts.Length > 4 ? parts[4] : null, update, parts[3], parts[2] == "i"));
        }
        return keys;
    }

    private const string Table = """
        add.partitions.to.txn.retry.backoff.max.ms Int - 0.. 100
        add.partitions.to.txn.retry.backoff.ms Int - 1.. 20
        advertised.listeners List - +
        alter.config.policy.class.name Class - *
        alter.log.dirs.replication.quota.window.num Int - 1.. 11
        alter.log.dirs.replication.quota.window.size.seconds Int - 1.. 1
        authorizer.class.name String - * 
        auto.create.topics.enable Boolean - * true
        auto.leader.rebalance.enable Boolean - * true
        background.threads Int c 1.. 10
        broker.heartbeat.interval.ms Int - * 2000
        broker.id Int - * -1
        broker.rack String - *
        broker.session.timeout.ms Int - * 9000
        client.quota.callback.class Class - *
        compression.gzip.level Int c -1|1..9 -1
        compression.lz4.level Int c 1..17 9
        compression.type String c uncompressed,zstd,lz4,snappy,gzip,producer producer
        compression.zstd.level Int c -131072..22 3
        config.providers List c * 
        connection.failed.authentication.delay.ms Int - 0.. 100
        connections.max.idle.ms Long - * 600000
        connections.max.reauth.ms Long - * 0
        controlled.shutdown.enable Boolean - * true
        controller.listener.names List - +
        controller.performance.always.log.threshold.ms Long i 0.. 2000
        controller.performance.sample.period.ms Long i 100.. 60000
        controller.quorum.append.linger.ms Int - 0.. 25
        controller.quorum.auto.join.enable Boolean - * false
        controller.quorum.bootstrap.servers List - servers 
        controller.quorum.election.backoff.max.ms Int - 0.. 1000
        controller.quorum.election.timeout.ms Int - 0.. 1000
        controller.quorum.fetch.max.bytes Int - 1.. 1048576
        controller.quorum.fetch.snapshot.max.bytes Int - 1.. 1048576
        controller.quorum.fetch.timeout.ms Int - 0.. 2000
        controller.quorum.request.timeout.ms Int - 0.. 2000
        controller.quorum.retry.backoff.ms Int - 0.. 20
        controller.quorum.voters List - * 
        controller.quota.window.num Int - 1.. 11
        controller.quota.window.size.seconds Int - 1.. 1
        controller.socket.timeout.ms Int - * 30000
        cordoned.log.dirs List b * 
        create.topic.policy.class.name Class - *
        default.replication.factor Int - * 1
        delegation.token.expiry.check.interval.ms Long - 1.. 3600000
        delegation.token.expiry.time.ms Long - 1.. 86400000
        delegation.token.max.lifetime.ms Long - 1.. 604800000
        delegation.token.secret.key Password - *
        delete.records.purgatory.purge.interval.requests Int - * 1
        delete.topic.enable Boolean - * true
        early.start.listeners List - *
        fetch.max.bytes Int - 1024.. 57671680
        fetch.purgatory.purge.interval.requests Int - * 1000
        follower.fetch.last.tiered.offset.enable Boolean c * false
        group.consumer.assignment.interval.ms Int c 0.. 1000
        group.consumer.assignors List - + uniform,range
        group.consumer.heartbeat.interval.ms Int - 1.. 5000
        group.consumer.max.assignment.interval.ms Int - 0.. 15000
        group.consumer.max.heartbeat.interval.ms Int - 1.. 15000
        group.consumer.max.session.timeout.ms Int - 1.. 60000
        group.consumer.max.size Int - 1.. 2147483647
        group.consumer.migration.policy String - ~DISABLED,DOWNGRADE,UPGRADE,BIDIRECTIONAL bidirectional
        group.consumer.min.assignment.interval.ms Int - 0.. 0
        group.consumer.min.heartbeat.interval.ms Int - 1.. 5000
        group.consumer.min.session.timeout.ms Int - 1.. 45000
        group.consumer.regex.refresh.interval.ms Int i 10000.. 600000
        group.consumer.session.timeout.ms Int - 1.. 45000
        group.coordinator.append.linger.ms Int - -1.. -1
        group.coordinator.background.threads Int - 1.. 2
        group.coordinator.cached.buffer.max.bytes Int c 524288.. 1048588
        group.coordinator.rebalance.protocols List - consumer,classic,share,streams classic,consumer,streams
        group.coordinator.threads Int - 1.. 4
        group.initial.rebalance.delay.ms Int - * 3000
        group.max.session.timeout.ms Int - * 1800000
        group.max.size Int - 1.. 2147483647
        group.min.session.timeout.ms Int - * 6000
        group.share.assignment.interval.ms Int c 0.. 1000
        group.share.assignors List - + simple
        group.share.delivery.count.limit Int - 2..10 5
        group.share.heartbeat.interval.ms Int - 1.. 5000
        group.share.initialize.retry.interval.ms Int i 1.. 30000
        group.share.max.assignment.interval.ms Int - 0.. 15000
        group.share.max.delivery.count.limit Int - 5..25 10
        group.share.max.heartbeat.interval.ms Int - 1.. 15000
        group.share.max.partition.max.record.locks Int - 2000..10000 4000
        group.share.max.record.lock.duration.ms Int - 30000..3600000 60000
        group.share.max.session.timeout.ms Int - 1.. 60000
        group.share.max.share.sessions Int - 1.. 2000
        group.share.max.size Int - 1..1000 200
        group.share.min.assignment.interval.ms Int - 0.. 0
        group.share.min.delivery.count.limit Int - 2..5 2
        group.share.min.heartbeat.interval.ms Int - 1.. 5000
        group.share.min.partition.max.record.locks Int - 100..2000 100
        group.share.min.record.lock.duration.ms Int - 1000..30000 15000
        group.share.min.session.timeout.ms Int - 1.. 45000
        group.share.partition.max.record.locks Int - 100..10000 2000
        group.share.persister.class.name String i * org.apache.kafka.server.share.persister.DefaultStatePersister
        group.share.record.lock.duration.ms Int - 1000..3600000 30000
        group.share.session.timeout.ms Int - 1.. 45000
        group.streams.assignment.interval.ms Int c 0.. 1000
        group.streams.heartbeat.interval.ms Int - 1.. 5000
        group.streams.initial.rebalance.delay.ms Int - 0.. 3000
        group.streams.max.assignment.interval.ms Int - 0.. 15000
        group.streams.max.heartbeat.interval.ms Int - 1.. 15000
        group.streams.max.session.timeout.ms Int - 1.. 60000
        group.streams.max.size Int - 1.. 2147483647
        group.streams.max.standby.replicas Int - 0.. 2
        group.streams.min.assignment.interval.ms Int - 0.. 0
        group.streams.min.heartbeat.interval.ms Int - 1.. 5000
        group.streams.min.session.timeout.ms Int - 1.. 45000
        group.streams.num.standby.replicas Int - 0.. 0
        group.streams.session.timeout.ms Int - 1.. 45000
        initial.broker.registration.timeout.ms Int - * 60000
        inter.broker.listener.name String - *
        internal.metadata.delete.delay.millis Long i * 60000
        internal.metadata.log.segment.bytes Int i *
        internal.metadata.max.batch.size.in.bytes Int i * 8388608
        kafka.metrics.polling.interval.secs Int - 1.. 10
        kafka.metrics.reporters List - * 
        leader.imbalance.check.interval.seconds Long - 1.. 300
        listener.security.protocol.map String b * SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
        listeners List b + PLAINTEXT://:9092
        log.cleaner.backoff.ms Long c 0.. 15000
        log.cleaner.dedupe.buffer.size Long c * 134217728
        log.cleaner.delete.retention.ms Long c 0.. 86400000
        log.cleaner.enable Boolean - * true
        log.cleaner.io.buffer.load.factor Double c * 0.9
        log.cleaner.io.buffer.size Int c 0.. 524288
        log.cleaner.io.max.bytes.per.second Double c * 1.7976931348623157E308
        log.cleaner.max.compaction.lag.ms Long c 1.. 9223372036854775807
        log.cleaner.min.cleanable.ratio Double c 0..1 0.5
        log.cleaner.min.compaction.lag.ms Long c 0.. 0
        log.cleaner.threads Int c 0.. 1
        log.cleanup.policy List c compact,delete,? delete
        log.dir List - + /tmp/kafka-logs
        log.dir.failure.timeout.ms Long - 1.. 30000
        log.dirs List - +
        log.flush.interval.messages Long c 1.. 9223372036854775807
        log.flush.interval.ms Long c *
        log.flush.offset.checkpoint.interval.ms Int - 0.. 60000
        log.flush.scheduler.interval.ms Long - * 9223372036854775807
        log.flush.start.offset.checkpoint.interval.ms Int - 0.. 60000
        log.index.interval.bytes Int c 0.. 4096
        log.index.size.max.bytes Int c 4.. 10485760
        log.initial.task.delay.ms Long i 0.. 30000
        log.local.retention.bytes Long c -2.. -2
        log.local.retention.ms Long c -2.. -2
        log.message.timestamp.after.max.ms Long c 0.. 3600000
        log.message.timestamp.before.max.ms Long c 0.. 9223372036854775807
        log.message.timestamp.type String c CreateTime,LogAppendTime CreateTime
        log.preallocate Boolean c * false
        log.retention.bytes Long c * -1
        log.retention.check.interval.ms Long - 1.. 300000
        log.retention.hours Int - * 168
        log.retention.minutes Int - *
        log.retention.ms Long c *
        log.roll.hours Int - 1.. 168
        log.roll.jitter.hours Int - 0.. 0
        log.roll.jitter.ms Long c *
        log.roll.ms Long c *
        log.segment.bytes Int c 1048576.. 1073741824
        log.segment.delete.delay.ms Long c 0.. 60000
        max.connection.creation.rate Int c 0.. 2147483647
        max.connections Int c 0.. 2147483647
        max.connections.per.ip Int c 0.. 2147483647
        max.connections.per.ip.overrides String c * 
        max.incremental.fetch.session.cache.slots Int - 0.. 1000
        max.request.partition.size.limit Int - 1.. 2000
        message.max.bytes Int c 0.. 1048588
        metadata.log.dir String - *
        metadata.log.max.record.bytes.between.snapshots Long - 1.. 20971520
        metadata.log.max.snapshot.interval.ms Long - 0.. 3600000
        metadata.log.segment.bytes Int - 8388608.. 1073741824
        metadata.log.segment.ms Long - * 604800000
        metadata.max.idle.interval.ms Int - 0.. 500
        metadata.max.retention.bytes Long - * 104857600
        metadata.max.retention.ms Long - * 604800000
        metric.reporters List c * org.apache.kafka.common.metrics.JmxReporter
        metrics.num.samples Int - 1.. 2
        metrics.recording.level String - * INFO
        metrics.sample.window.ms Long - 1.. 30000
        min.insync.replicas Int c 1.. 1
        node.id Int - 0..
        num.io.threads Int c 1.. 8
        num.network.threads Int c 1.. 3
        num.partitions Int - 1.. 1
        num.recovery.threads.per.data.dir Int c 1.. 2
        num.replica.alter.log.dirs.threads Int - *
        num.replica.fetchers Int c 1.. 1
        offset.metadata.max.bytes Int - * 4096
        offsets.commit.timeout.ms Int - 1.. 5000
        offsets.load.buffer.size Int - 1.. 5242880
        offsets.retention.check.interval.ms Long - 1.. 600000
        offsets.retention.minutes Int - 1.. 10080
        offsets.topic.compression.codec Int - * 0
        offsets.topic.num.partitions Int - 1.. 50
        offsets.topic.replication.factor Short - 1.. 3
        offsets.topic.segment.bytes Int - 1.. 104857600
        principal.builder.class Class b * org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder
        process.roles List - broker,controller
        producer.id.expiration.check.interval.ms Int i 1.. 600000
        producer.id.expiration.ms Int c 1.. 86400000
        producer.purgatory.purge.interval.requests Int - * 1000
        queued.max.request.bytes Long - * -1
        queued.max.requests Int - 1.. 500
        quota.window.num Int - 1.. 11
        quota.window.size.seconds Int - 1.. 1
        remote.fetch.max.wait.ms Int c 1.. 500
        remote.list.offsets.request.timeout.ms Long c 1.. 30000
        remote.log.index.file.cache.total.size.bytes Long c 1.. 1073741824
        remote.log.index.file.cache.ttl.ms Long i -1.. 900000
        remote.log.manager.copier.thread.pool.size Int c 1.. 10
        remote.log.manager.copy.max.bytes.per.second Long c 1.. 9223372036854775807
        remote.log.manager.copy.quota.window.num Int - 1.. 11
        remote.log.manager.copy.quota.window.size.seconds Int - 1.. 1
        remote.log.manager.expiration.thread.pool.size Int c 1.. 10
        remote.log.manager.fetch.max.bytes.per.second Long c 1.. 9223372036854775807
        remote.log.manager.fetch.quota.window.num Int - 1.. 11
        remote.log.manager.fetch.quota.window.size.seconds Int - 1.. 1
        remote.log.manager.follower.thread.pool.size Int c 1.. 2
        remote.log.manager.task.interval.ms Long - 1.. 30000
        remote.log.manager.task.retry.backoff.max.ms Long i 1.. 30000
        remote.log.manager.task.retry.backoff.ms Long i 1.. 500
        remote.log.manager.task.retry.jitter Double i 0..0.5 0.2
        remote.log.manager.thread.pool.size Int - 1.. 2
        remote.log.metadata.custom.metadata.max.bytes Int - 0.. 128
        remote.log.metadata.manager.class.name String - + org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager
        remote.log.metadata.manager.class.path String - *
        remote.log.metadata.manager.impl.prefix String - + rlmm.config.
        remote.log.metadata.manager.listener.name String - +
        remote.log.reader.max.pending.tasks Int - 1.. 100
        remote.log.reader.threads Int c 1.. 10
        remote.log.storage.manager.class.name String - +
        remote.log.storage.manager.class.path String - *
        remote.log.storage.manager.impl.prefix String - + rsm.config.
        remote.log.storage.system.enable Boolean - * false
        replica.fetch.backoff.ms Int - 0.. 1000
        replica.fetch.max.bytes Int - 0.. 1048576
        replica.fetch.min.bytes Int - * 1
        replica.fetch.response.max.bytes Int - 0.. 10485760
        replica.fetch.wait.max.ms Int - * 500
        replica.high.watermark.checkpoint.interval.ms Long - * 5000
        replica.lag.time.max.ms Long - * 30000
        replica.selector.class String - *
        replica.socket.receive.buffer.bytes Int - * 65536
        replica.socket.timeout.ms Int - * 30000
        replication.quota.window.num Int - 1.. 11
        replication.quota.window.size.seconds Int - 1.. 1
        request.timeout.ms Int - * 30000
        sasl.client.callback.handler.class Class - *
        sasl.enabled.mechanisms List b * GSSAPI
        sasl.jaas.config Password b *
        sasl.kerberos.kinit.cmd String b * /usr/bin/kinit
        sasl.kerberos.min.time.before.relogin Long b * 60000
        sasl.kerberos.principal.to.local.rules List b * DEFAULT
        sasl.kerberos.service.name String b *
        sasl.kerberos.ticket.renew.jitter Double b * 0.05
        sasl.kerberos.ticket.renew.window.factor Double b * 0.8
        sasl.login.callback.handler.class Class - *
        sasl.login.class Class - *
        sasl.login.connect.timeout.ms Int - *
        sasl.login.read.timeout.ms Int - *
        sasl.login.refresh.buffer.seconds Short b * 300
        sasl.login.refresh.min.period.seconds Short b * 60
        sasl.login.refresh.window.factor Double b * 0.8
        sasl.login.refresh.window.jitter Double b * 0.05
        sasl.login.retry.backoff.max.ms Long - * 10000
        sasl.login.retry.backoff.ms Long - * 100
        sasl.mechanism.controller.protocol String - * GSSAPI
        sasl.mechanism.inter.broker.protocol String b * GSSAPI
        sasl.oauthbearer.assertion.algorithm String - ~ES256,RS256 RS256
        sasl.oauthbearer.assertion.claim.aud String - *
        sasl.oauthbearer.assertion.claim.exp.seconds Int - 0..86400 300
        sasl.oauthbearer.assertion.claim.iss String - *
        sasl.oauthbearer.assertion.claim.jti.include Boolean - * false
        sasl.oauthbearer.assertion.claim.nbf.seconds Int - 0..3600 60
        sasl.oauthbearer.assertion.claim.sub String - *
        sasl.oauthbearer.assertion.file String - *
        sasl.oauthbearer.assertion.private.key.file String - *
        sasl.oauthbearer.assertion.private.key.passphrase Password - *
        sasl.oauthbearer.assertion.template.file String - *
        sasl.oauthbearer.client.credentials.client.id String - *
        sasl.oauthbearer.client.credentials.client.secret Password - *
        sasl.oauthbearer.clock.skew.seconds Int - * 30
        sasl.oauthbearer.expected.audience List - * 
        sasl.oauthbearer.expected.issuer String - *
        sasl.oauthbearer.jwks.endpoint.refresh.ms Long - * 3600000
        sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms Long - * 10000
        sasl.oauthbearer.jwks.endpoint.retry.backoff.ms Long - * 100
        sasl.oauthbearer.jwks.endpoint.url String - *
        sasl.oauthbearer.jwt.retriever.class Class - * org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever
        sasl.oauthbearer.jwt.validator.class Class - * org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator
        sasl.oauthbearer.scope String - *
        sasl.oauthbearer.scope.claim.name String - * scope
        sasl.oauthbearer.sub.claim.name String - * sub
        sasl.oauthbearer.token.endpoint.url String - *
        sasl.server.callback.handler.class Class - *
        sasl.server.max.receive.size Int - * 524288
        security.inter.broker.protocol String - PLAINTEXT,SSL,SASL_PLAINTEXT,SASL_SSL PLAINTEXT
        security.providers String - *
        server.max.startup.time.ms Long i 0.. 9223372036854775807
        share.coordinator.append.linger.ms Int - -1.. -1
        share.coordinator.cached.buffer.max.bytes Int c 524288.. 1048588
        share.coordinator.cold.partition.snapshot.interval.ms Int i 1.. 300000
        share.coordinator.load.buffer.size Int - 1.. 5242880
        share.coordinator.snapshot.update.records.per.snapshot Int - 0..500 500
        share.coordinator.state.topic.compression.codec Int - * 0
        share.coordinator.state.topic.min.isr Short - 1.. 2
        share.coordinator.state.topic.num.partitions Int - 1.. 50
        share.coordinator.state.topic.prune.interval.ms Int i 1.. 300000
        share.coordinator.state.topic.replication.factor Short - 1.. 3
        share.coordinator.state.topic.segment.bytes Int - 1.. 104857600
        share.coordinator.threads Int - 1.. 1
        share.coordinator.write.timeout.ms Int - 1.. 5000
        share.fetch.purgatory.purge.interval.requests Int - * 1000
        socket.connection.setup.timeout.max.ms Long - * 30000
        socket.connection.setup.timeout.ms Long - * 10000
        socket.listen.backlog.size Int - 1.. 50
        socket.receive.buffer.bytes Int - * 102400
        socket.request.max.bytes Int - 1.. 104857600
        socket.send.buffer.bytes Int - * 102400
        ssl.allow.dn.changes Boolean - * false
        ssl.allow.san.changes Boolean - * false
        ssl.cipher.suites List b * 
        ssl.client.auth String b required,requested,none none
        ssl.enabled.protocols List b * TLSv1.2,TLSv1.3
        ssl.endpoint.identification.algorithm String b * https
        ssl.engine.factory.class Class b *
        ssl.key.password Password b *
        ssl.keymanager.algorithm String b * SunX509
        ssl.keystore.certificate.chain Password b *
        ssl.keystore.key Password b *
        ssl.keystore.location String b *
        ssl.keystore.password Password b *
        ssl.keystore.type String b * JKS
        ssl.principal.mapping.rules String - * DEFAULT
        ssl.protocol String b * TLSv1.3
        ssl.provider String b *
        ssl.secure.random.implementation String b *
        ssl.trustmanager.algorithm String b * PKIX
        ssl.truststore.certificates Password b *
        ssl.truststore.location String b *
        ssl.truststore.password Password b *
        ssl.truststore.type String b * JKS
        telemetry.max.bytes Int - 1.. 1048576
        transaction.abort.timed.out.transaction.cleanup.interval.ms Int - 1.. 10000
        transaction.max.timeout.ms Int - 1.. 900000
        transaction.partition.verification.enable Boolean c * true
        transaction.remove.expired.transaction.cleanup.interval.ms Int - 1.. 3600000
        transaction.state.log.load.buffer.size Int - 1.. 5242880
        transaction.state.log.min.isr Int - 1.. 2
        transaction.state.log.num.partitions Int - 1.. 50
        transaction.state.log.replication.factor Short - 1.. 3
        transaction.state.log.segment.bytes Int - 1.. 104857600
        transaction.two.phase.commit.enable Boolean - * false
        transactional.id.expiration.ms Int - 1.. 604800000
        unclean.leader.election.enable Boolean c * false
        unclean.leader.election.interval.ms Long i 1.. 300000
        unstable.api.versions.enable Boolean i * false
        unstable.feature.versions.enable Boolean i * false
        """;
}
