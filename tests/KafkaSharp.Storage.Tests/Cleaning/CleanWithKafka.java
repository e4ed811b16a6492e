import java.io.File;
import java.util.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.*;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Compacts logs with the genuine cleaner of Apache Kafka 4.3.1, for comparison with ours.
 * Each line of the standard input is one round: folder, time in milliseconds, first dirty offset, bytes of the offset map, and
 * topic configs as name=value, separated by blanks. Each line of the output: the offset below which the log is compacted then, the CPU time
 * of the thread in nanoseconds, and the bytes that were read.
 */
public final class CleanWithKafka {
    public static void main(String[] arguments) throws Exception {
        var scheduler = new KafkaScheduler(1, true, "log-");
        scheduler.startup();
        try (var input = new Scanner(System.in)) {
            while (input.hasNextLine()) {
                var fields = input.nextLine().split(" ");
                var configs = new HashMap<String, String>();
                for (var i = 4; i < fields.length; i++)
                    configs.put(fields[i].substring(0, fields[i].indexOf('=')), fields[i].substring(fields[i].indexOf('=') + 1));
                clean(new File(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]), Integer.parseInt(fields[3]),
                    new LogConfig(configs), scheduler);
            }
        }
        scheduler.shutdown();
    }

    private static void clean(File folder, long now, long firstDirty, int mapBytes, LogConfig config, KafkaScheduler scheduler)
            throws Exception {
        var time = new FixedTime(now);
        var failures = new LogDirFailureChannel(1);
        var log = UnifiedLog.create(folder, config, 0, 0, scheduler, new BrokerTopicStats(), time, 900_000,
            new ProducerStateManagerConfig(Integer.MAX_VALUE, false), 600_000, failures, true, Optional.empty());
        log.updateHighWatermark(log.logEndOffset());
        var uncleanable = Math.max(firstDirty, Math.min(log.lastStableOffset(), log.activeSegment().baseOffset()));
        var cleaner = new Cleaner(0, new SkimpyOffsetMap(mapBytes), 262_144, 1_048_588, 0.9,
            new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", time), time, partition -> { });
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadCpuTime();
        var result = cleaner.doClean(new LogToClean(log, firstDirty, uncleanable, false), now);
        var cpu = threads.getCurrentThreadCpuTime() - before;
        log.close();
        System.out.println(result.getKey() + " " + cpu + " " + result.getValue().bytesRead());
        System.out.flush();
    }

    private static final class FixedTime implements Time {
        private final long now;

        FixedTime(long now) {
            this.now = now;
        }

        @Override
        public long milliseconds() {
            return now;
        }

        @Override
        public long nanoseconds() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long ms) {
        }

        @Override
        public void waitObject(Object object, java.util.function.Supplier<Boolean> condition, long deadlineMs) {
            throw new UnsupportedOperationException();
        }
    }
}
