import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;

/**
 * Leaves the log as a broker does that is killed between the decision over a transaction and its markers: one transaction that is to be
 * committed and one that is to be aborted, with a record in the topic and an offset of a group. The decision is written to the log of the
 * coordinator, which does not see it: the broker that loads the log next writes the markers. Transactional ids and groups are
 * committing-SUFFIX and aborting-SUFFIX. Arguments: the address of the broker, the topic, the suffix.
 */
public final class DecidedTransactions {
    private static final String LOG = "__transaction_state";
    private static final byte PREPARE_COMMIT = 2;
    private static final byte PREPARE_ABORT = 3;
    private static final List<KafkaProducer<String, String>> LEFT_OPEN = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        String committing = "committing-" + arguments[2];
        String aborting = "aborting-" + arguments[2];
        begin(arguments[0], arguments[1], committing);
        begin(arguments[0], arguments[1], aborting);
        // After all writes of the coordinator: KafkaSharp would see at its next one that another has written.
        decide(arguments[0], committing, PREPARE_COMMIT);
        decide(arguments[0], aborting, PREPARE_ABORT);
        System.out.println("done");
    }

    @SuppressWarnings("removal")
    private static void begin(String bootstrap, String topic, String id) throws Exception {
        var producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "transactional.id", id, "transaction.timeout.ms", 600_000, "linger.ms", 0),
            new StringSerializer(), new StringSerializer());
        LEFT_OPEN.add(producer);
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, 0, null, id)).get();
        producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)), new ConsumerGroupMetadata(id));
    }

    private static void decide(String bootstrap, String id, byte state) throws Exception {
        ConsumerRecord<byte[], byte[]> last = last(bootstrap, id);
        ByteBuffer bytes = ByteBuffer.wrap(last.value());
        short version = bytes.getShort();
        var value = new TransactionLogValue(new ByteBufferAccessor(bytes), version);
        value.setTransactionStatus(state);
        if (value.clientTransactionVersion() >= 2) {
            value.setProducerEpoch((short) (value.producerEpoch() + 1));
        }
        // Only this client may write to internal topics.
        Map<String, Object> configs =
            Map.of("bootstrap.servers", bootstrap, "client.id", "__admin_client", "enable.idempotence", false, "acks", "all");
        try (var producer = new KafkaProducer<>(configs, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] decision = MessageUtil.toVersionPrefixedBytes(version, value);
            producer.send(new ProducerRecord<>(LOG, last.partition(), last.key(), decision)).get();
        }
    }

    /** The last record of a transactional id, which has both the partition and the group. */
    private static ConsumerRecord<byte[], byte[]> last(String bootstrap, String id) {
        Map<String, Object> configs = Map.of("bootstrap.servers", bootstrap);
        try (var consumer = new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                consumer.partitionsFor(LOG).stream().map(found -> new TopicPartition(LOG, found.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            ConsumerRecord<byte[], byte[]> last = null;
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    ByteBuffer key = ByteBuffer.wrap(record.key());
                    key.getShort();
                    if (new TransactionLogKey(new ByteBufferAccessor(key), (short) 0).transactionalId().equals(id)) {
                        last = record;
                    }
                }
            }
            return last;
        }
    }
}
