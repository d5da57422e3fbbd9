import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs one query in an Apache Flink mini cluster within this process.
 *
 * <pre>java Nexmark setup.sql query.sql warm-ups runs [out.jsonl | --decoded events.jsonl type]</pre>
 *
 * setup.sql holds statements, a line with ";" alone between them; the first makes the table
 * "events", the last one "nothing", which the query is inserted into. With --decoded, events are
 * read and decoded into memory beforehand, as rows of the type in the last file. Each measured run
 * prints a line with its CPU time (of the whole process, user and system) and its wall time in
 * microseconds; three more runs, over no events (empty.sql makes that table), tell what a job
 * costs before it reads. With a last argument
 * the query is run once more, its changes are folded, and the rows are written as JSON objects
 * of text.
 */
public class Nexmark {
    public static void main(String[] args) throws Exception {
        String query = Files.readString(Path.of(args[1]));
        boolean decoded = args.length > 4 && args[4].equals("--decoded");
        StreamExecutionEnvironment cluster = StreamExecutionEnvironment.getExecutionEnvironment();
        cluster.setParallelism(1);
        StreamTableEnvironment env = environment(cluster);
        String[] setup = Files.readString(Path.of(args[0])).split("\n;\n");
        if (decoded) {
            Decoded.view(cluster, env, Path.of(args[5]), Files.readString(Path.of(args[6])));
        }
        for (int i = decoded ? 1 : 0; i < setup.length; i++) {
            env.executeSql(setup[i]);
        }
        int warm = Integer.parseInt(args[2]);
        int runs = Integer.parseInt(args[3]);
        for (int i = 0; i < warm + runs; i++) {
            measure(env, query, "run", i >= warm);
        }
        env.executeSql(decoded ? "DROP TEMPORARY VIEW events" : "DROP TEMPORARY TABLE events");
        env.executeSql(Files.readString(Path.of("empty.sql")));
        for (int i = 0; i < 3; i++) {
            measure(env, query, "start", true);
        }
        if (args.length > 4 && !decoded) {
            env.executeSql("DROP TEMPORARY TABLE events");
            env.executeSql(setup[0]);
            fold(env.executeSql(query), Path.of(args[4]));
        }
    }

    /** The settings are those that Flink's documentation recommends for throughput. */
    private static StreamTableEnvironment environment(StreamExecutionEnvironment cluster) {
        StreamTableEnvironment env = StreamTableEnvironment.create(cluster, EnvironmentSettings.inStreamingMode());
        Map<String, String> options = Map.of(
                "parallelism.default", "1",
                "pipeline.object-reuse", "true",
                "table.exec.mini-batch.enabled", "true",
                "table.exec.mini-batch.allow-latency", "2 s",
                "table.exec.mini-batch.size", "50000",
                "table.optimizer.distinct-agg.split.enabled", "true",
                "table.local-time-zone", "UTC",
                "state.backend.type", "hashmap");
        options.forEach((key, value) -> env.getConfig().set(key, value));
        return env;
    }

    private static void measure(TableEnvironment env, String query, String what, boolean tell)
            throws Exception {
        OperatingSystemMXBean os = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpu = os.getProcessCpuTime();
        long start = System.nanoTime();
        env.executeSql("INSERT INTO nothing " + query).await();
        long wall = System.nanoTime() - start;
        cpu = os.getProcessCpuTime() - cpu;
        if (tell) {
            System.out.printf("{\"what\":\"%s\",\"cpu_us\":%d,\"wall_us\":%d}%n", what, cpu / 1000, wall / 1000);
        }
    }

    /** Adds and takes back rows, and writes those that are left. */
    private static void fold(TableResult result, Path out) throws Exception {
        Map<List<String>, Integer> counts = new HashMap<>();
        try (CloseableIterator<Row> rows = result.collect()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                boolean adds = row.getKind() == RowKind.INSERT || row.getKind() == RowKind.UPDATE_AFTER;
                counts.merge(values(row), adds ? 1 : -1, (a, b) -> a + b == 0 ? null : a + b);
            }
        }
        try (BufferedWriter w = Files.newBufferedWriter(out)) {
            for (Map.Entry<List<String>, Integer> e : counts.entrySet()) {
                for (int i = 0; i < e.getValue(); i++) {
                    w.write("{" + String.join(",", e.getKey()) + "}\n");
                }
            }
        }
    }

    private static List<String> values(Row row) {
        List<String> out = new ArrayList<>();
        for (String name : row.getFieldNames(true)) {
            Object v = row.getField(name);
            String text = v == null ? null : v.toString().replace("\\", "\\\\").replace("\"", "\\\"");
            out.add("\"" + name + "\":" + (text == null ? "null" : "\"" + text + "\""));
        }
        return out;
    }
}
