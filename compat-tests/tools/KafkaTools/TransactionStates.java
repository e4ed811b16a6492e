import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Brings transactional ids into each state that lasts: initialized, committed, aborted, and open, with offsets of a group and without.
 * Producers whose transactions are open stay until the process ends. Arguments: the address of the broker, the topic.
 */
public final class TransactionStates {
    private static final List<KafkaProducer<String, String>> LEFT_OPEN = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        String topic = arguments[1];
        try (var initialized = producer(bootstrap, "initialized")) {
            initialized.initTransactions();
        }
        for (boolean commits : new boolean[] {true, false}) {
            try (var producer = producer(bootstrap, commits ? "committed" : "aborted")) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, 0, null, commits ? "committed" : "aborted")).get();
                sendOffset(producer, topic);
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        for (int partition = 0; partition < 2; partition++) {
            var open = producer(bootstrap, "open-" + partition);
            LEFT_OPEN.add(open);
            open.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>(topic, partition, null, "open")).get();
            if (partition == 1) {
                sendOffset(open, topic);
            }
        }
        System.out.println("done");
    }

    @SuppressWarnings("removal")
    private static void sendOffset(KafkaProducer<String, String> producer, String topic) {
        producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 1), new OffsetAndMetadata(7)), new ConsumerGroupMetadata("group"));
    }

    private static KafkaProducer<String, String> producer(String bootstrap, String id) {
        return new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "transactional.id", id, "transaction.timeout.ms", 600_000, "linger.ms", 0),
            new StringSerializer(), new StringSerializer());
    }
}
