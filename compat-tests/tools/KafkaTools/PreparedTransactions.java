import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * For each topic, whose second replicas are on a fenced broker, one transaction that is to be committed and one that is to be aborted:
 * both are decided, but their markers cannot be written to the topic. Transactional ids and groups are named committing-TOPIC and
 * aborting-TOPIC. Arguments: the address of the broker, the topics.
 */
public final class PreparedTransactions {
    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        List<String> topics = List.of(arguments).subList(1, arguments.length);
        var committing = new ArrayList<KafkaProducer<String, String>>();
        var aborting = new ArrayList<KafkaProducer<String, String>>();
        for (String topic : topics) {
            committing.add(begin(bootstrap, topic, "committing-" + topic));
            aborting.add(begin(bootstrap, topic, "aborting-" + topic));
        }
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            holdBack(admin, topics);
        }
        for (String topic : topics) {
            awaitUnwritable(bootstrap, topic);
        }
        for (var producer : committing) {
            producer.commitTransaction();
            producer.close();
        }
        for (var producer : aborting) {
            producer.abortTransaction();
            producer.close();
        }
        System.out.println("done");
    }

    @SuppressWarnings("removal")
    private static KafkaProducer<String, String> begin(String bootstrap, String topic, String id) throws Exception {
        var producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "transactional.id", id, "transaction.timeout.ms", 600_000, "linger.ms", 0),
            new StringSerializer(), new StringSerializer());
        producer.initTransactions();
        producer.beginTransaction();
        for (int partition = 0; partition < 2; partition++) {
            producer.send(new ProducerRecord<>(topic, partition, null, id)).get();
        }
        producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)), new ConsumerGroupMetadata(id));
        return producer;
    }

    private static void holdBack(Admin admin, Collection<String> topics) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry("min.insync.replicas", "2"), AlterConfigOp.OpType.SET);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = topics.stream().collect(
            Collectors.toMap(name -> new ConfigResource(ConfigResource.Type.TOPIC, name), name -> List.of(change)));
        admin.incrementalAlterConfigs(changes).all().get();
    }

    /** A broker follows its controller with a delay. What is written meanwhile is not part of a transaction. */
    private static void awaitUnwritable(String bootstrap, String topic) throws Exception {
        try (var producer = new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap, "retries", 0, "enable.idempotence", false, "acks", "all"),
            new StringSerializer(), new StringSerializer())) {
            for (int partition : new int[] {0, 1}) {
                for (boolean isWritable = true; isWritable; ) {
                    try {
                        producer.send(new ProducerRecord<>(topic, partition, null, "beside")).get();
                    } catch (ExecutionException e) {
                        isWritable = !(e.getCause() instanceof NotEnoughReplicasException);
                    }
                }
            }
        }
    }
}
