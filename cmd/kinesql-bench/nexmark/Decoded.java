import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonRowDataDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.util.Collector;

/** Events in memory, in the form in which Flink's operators hand rows to one another. */
final class Decoded {
    /** The mini cluster runs in this process, so its source can see the list. */
    private static final List<RowData> EVENTS = new ArrayList<>();

    private Decoded() {}

    /** Reads the events and makes them the table "events". */
    static void view(StreamExecutionEnvironment cluster, StreamTableEnvironment env, Path file, String type)
            throws Exception {
        RowType row = (RowType) LogicalTypeParser.parse(type, Decoded.class.getClassLoader());
        InternalTypeInfo<RowData> info = InternalTypeInfo.of(row);
        read(file, new JsonRowDataDeserializationSchema(row, info, false, false, TimestampFormat.ISO_8601));
        DataGeneratorSource<RowData> source = new DataGeneratorSource<>(new Next(), EVENTS.size(), info);
        DataStream<RowData> stream = cluster.fromSource(source, WatermarkStrategy.noWatermarks(), "events");
        env.createTemporaryView("events", stream, Schema.newBuilder()
                .columnByExpression("ts", "CAST(TO_TIMESTAMP_LTZ(`dateTime`, 3) AS TIMESTAMP(3))")
                .watermark("ts", "ts - INTERVAL '4' SECOND").build());
    }

    private static void read(Path file, JsonRowDataDeserializationSchema schema) throws Exception {
        schema.open(null);
        Collector<RowData> list = new Collector<>() {
            @Override
            public void collect(RowData row) {
                EVENTS.add(row);
            }

            @Override
            public void close() {}
        };
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                schema.deserialize(line.getBytes(StandardCharsets.UTF_8), list);
            }
        }
    }

    /** Gives the events in their order. */
    static final class Next implements GeneratorFunction<Long, RowData> {
        @Override
        public RowData map(Long i) {
            return EVENTS.get(i.intValue());
        }
    }
}
