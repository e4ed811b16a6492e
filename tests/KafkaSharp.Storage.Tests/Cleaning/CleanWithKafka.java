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
 * of the thread in nanoseconds, and the bytes that were read. With choose=START among the configs, START is the log start offset, and Kafka
 * chooses what it compacts: the line goes on with first dirty offset, first uncleanable offset, whether max.compaction.lag.ms has passed,
 * clean bytes and cleanable bytes. Without cleanable bytes the log stays as it is.
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
                var start = configs.remove("choose");
                clean(new File(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]), Integer.parseInt(fields[3]),
                    new LogConfig(configs), start == null ? -1 : Long.parseLong(start), scheduler);
            }
        }
        scheduler.shutdown();
    }

    private static void clean(File folder, long now, long firstDirty, int mapBytes, LogConfig config, long start,
            KafkaScheduler scheduler) throws Exception {
        var time = new FixedTime(now);
        var failures = new LogDirFailureChannel(1);
        var log = UnifiedLog.create(folder, config, Math.max(0, start), 0, scheduler, new BrokerTopicStats(), time, 900_000,
            new ProducerStateManagerConfig(Integer.MAX_VALUE, false), 600_000, failures, true, Optional.empty());
        log.updateHighWatermark(log.logEndOffset());
        var chosen = start >= 0 ? choose(log, firstDirty, now)
            : new LogToClean(log, firstDirty, Math.max(firstDirty, Math.min(log.lastStableOffset(), log.activeSegment().baseOffset())), false);
        var numbers = start < 0 ? "" : " " + chosen.firstDirtyOffset() + " " + chosen.firstUncleanableOffset() + " " + isOverdue
            + " " + chosen.cleanBytes() + " " + chosen.cleanableBytes();
        if (start >= 0 && chosen.cleanableBytes() == 0) {
            log.close();
            System.out.println(chosen.firstDirtyOffset() + " 0 0" + numbers);
            System.out.flush();
            return;
        }
        var cleaner = new Cleaner(0, new SkimpyOffsetMap(mapBytes), 262_144, 1_048_588, 0.9,
            new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", time), time, partition -> { });
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadCpuTime();
        var result = cleaner.doClean(chosen, now);
        var cpu = threads.getCurrentThreadCpuTime() - before;
        log.close();
        System.out.println(result.getKey() + " " + cpu + " " + result.getValue().bytesRead() + numbers);
        System.out.flush();
    }

    /** What LogCleanerManager takes: its methods for this are not public. */
    private static LogToClean choose(UnifiedLog log, long firstDirty, long now) throws Exception {
        var offsetsOf = LogCleanerManager.class.getDeclaredMethod("cleanableOffsets", UnifiedLog.class, Optional.class, long.class);
        offsetsOf.setAccessible(true);
        var offsets = offsetsOf.invoke(null, log, firstDirty == 0 ? Optional.empty() : Optional.of(firstDirty), now);
        var dirty = (Long) read(offsets, "firstDirtyOffset");
        var delayOf = LogCleanerManager.class.getDeclaredMethod("maxCompactionDelay", UnifiedLog.class, long.class, long.class);
        delayOf.setAccessible(true);
        isOverdue = (Long) delayOf.invoke(null, log, dirty, now) > 0;
        return new LogToClean(log, dirty, (Long) read(offsets, "firstUncleanableDirtyOffset"), isOverdue);
    }

    private static Object read(Object record, String name) throws Exception {
        var accessor = record.getClass().getDeclaredMethod(name);
        accessor.setAccessible(true);
        return accessor.invoke(record);
    }

    private static boolean isOverdue;

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
