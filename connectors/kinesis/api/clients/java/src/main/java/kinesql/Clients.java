package kinesql;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.utils.AttributeMap;

/** Clients with nothing but the endpoint changed, and helpers around them. */
final class Clients {
    private Clients() {}

    /** The SDK's asynchronous client as it is: CBOR over HTTP/2, which it takes for granted. */
    static KinesisAsyncClient http2(URI endpoint) {
        return build(endpoint, NettyNioAsyncHttpClient.builder());
    }

    /** The same over HTTP/1.1. */
    static KinesisAsyncClient http1(URI endpoint) {
        return build(endpoint, NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1));
    }

    /** A client that signs with a secret that is not the key's. */
    static KinesisAsyncClient wrongSecret(URI endpoint) {
        var wrong = AwsBasicCredentials.create(System.getenv("AWS_ACCESS_KEY_ID"), "wrong");
        return builder(endpoint, NettyNioAsyncHttpClient.builder()).credentialsProvider(StaticCredentialsProvider.create(wrong)).build();
    }

    private static KinesisAsyncClient build(URI endpoint, NettyNioAsyncHttpClient.Builder http) {
        return builder(endpoint, http).build();
    }

    private static KinesisAsyncClientBuilder builder(URI endpoint, NettyNioAsyncHttpClient.Builder http) {
        // The server's certificate is its own; that it is checked is for other suites.
        var trust = AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build();
        return KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .httpClient(http.maxConcurrency(100).buildWithDefaults(trust));
    }

    /** Creates a stream, waits until it is ACTIVE, and returns its ARN. */
    static String makeStream(KinesisAsyncClient kinesis, String name, int shards) {
        kinesis.createStream(b -> b.streamName(name).shardCount(shards)).join();
        return active(kinesis, name);
    }

    static String active(KinesisAsyncClient kinesis, String name) {
        until("stream " + name + " is ACTIVE", Duration.ofSeconds(20), () ->
                kinesis.describeStreamSummary(b -> b.streamName(name)).join().streamDescriptionSummary().streamStatus() == StreamStatus.ACTIVE);
        return kinesis.describeStreamSummary(b -> b.streamName(name)).join().streamDescriptionSummary().streamARN();
    }

    static void put(KinesisAsyncClient kinesis, String stream, String data) {
        kinesis.putRecord(b -> b.streamName(stream).partitionKey("key " + data).data(SdkBytes.fromUtf8String(data))).join();
    }

    static List<Record> read(KinesisAsyncClient kinesis, String stream, String shard) {
        var iterator = kinesis.getShardIterator(b -> b.streamName(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON)).join();
        return kinesis.getRecords(b -> b.shardIterator(iterator.shardIterator())).join().records();
    }

    /** Asks again until done says yes. */
    static void until(String what, Duration within, BooleanSupplier done) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!done.getAsBoolean()) {
            check(System.nanoTime() < deadline, "waited in vain until " + what);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(Object got, Object want, String what) {
        check(want.equals(got), what + ": got " + got + ", want " + want);
    }
}
