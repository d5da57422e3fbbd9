package kinesql;

import static kinesql.Clients.check;
import static kinesql.Clients.equal;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * The Kinesis Producer Library aggregates records and puts them: its native process asks
 * STS who it is, lists the shards, puts over TLS and sends its metrics.
 * Arguments: the TLS endpoint, a stream to make, and a folder for the native program.
 */
public final class KplSuite {
    private static final int RECORDS = 1000;

    private KplSuite() {}

    public static void main(String[] args) throws Exception {
        URI endpoint = URI.create(args[0]);
        try (KinesisAsyncClient kinesis = Clients.http2(endpoint)) {
            Clients.makeStream(kinesis, args[1], 2);
        }
        KinesisProducer producer = new KinesisProducer(configuration(endpoint).setTempDirectory(args[2]));
        List<Future<UserRecordResult>> results = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            results.add(producer.addUserRecord(args[1], "key " + i, ByteBuffer.wrap(("record " + i).getBytes(StandardCharsets.UTF_8))));
        }
        producer.flush();
        for (Future<UserRecordResult> result : results) {
            UserRecordResult r = result.get(60, TimeUnit.SECONDS);
            check(r.isSuccessful(), "a record was not put: " + r.getAttempts());
            equal(r.getAttempts().size(), 1, "attempts to put a record");
        }
        producer.destroy();
        System.out.println("PASS producer");
        System.exit(0); // the SDK's threads linger
    }

    private static KinesisProducerConfiguration configuration(URI endpoint) {
        return new KinesisProducerConfiguration()
                .setRegion("us-east-1")
                .setKinesisEndpoint(endpoint.getHost()).setKinesisPort(endpoint.getPort())
                .setCloudwatchEndpoint(endpoint.getHost()).setCloudwatchPort(endpoint.getPort())
                .setStsEndpoint(endpoint.getHost()).setStsPort(endpoint.getPort())
                .setVerifyCertificate(false)
                .setMetricsUploadDelay(1000)
                .setRecordTtl(60000);
    }
}
