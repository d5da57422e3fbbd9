package kinesql;

import static kinesql.Clients.check;
import static kinesql.Clients.equal;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * The AWS SDK for Java v2: CBOR bodies, HTTP/2 with prior knowledge and by ALPN, HTTP/1.1.
 * Arguments: endpoint, the version of HTTP, 1 or 2, and whether signatures are "required" or "any" will do.
 */
public final class SdkSuite {
    private static final String FIRST = "shardId-000000000000";
    private static final String HALF = "170141183460469231731687303715884105728";

    private SdkSuite() {}

    public static void main(String[] args) {
        URI endpoint = URI.create(args[0]);
        try (KinesisAsyncClient kinesis = args[1].equals("2") ? Clients.http2(endpoint) : Clients.http1(endpoint)) {
            records(kinesis);
            System.out.println("PASS records");
            errors(kinesis);
            System.out.println("PASS errors");
            signatures(endpoint, args[2].equals("required"));
            System.out.println("PASS signatures");
            subscription(kinesis);
            System.out.println("PASS subscription");
        }
    }

    private static void records(KinesisAsyncClient kinesis) {
        String arn = Clients.makeStream(kinesis, "java-records", 1);
        equal(arn, "arn:aws:kinesis:us-east-1:000000000000:stream/java-records", "ARN");
        byte[] data = {0, (byte) 0xff, 'x', '"'};
        var put = kinesis.putRecord(b -> b.streamName("java-records").partitionKey("ключ").data(SdkBytes.fromByteArray(data))).join();
        List<PutRecordsRequestEntry> entries = IntStream.range(0, 500)
                .mapToObj(i -> PutRecordsRequestEntry.builder().partitionKey("k" + i).data(SdkBytes.fromUtf8String("record " + i)).build())
                .toList();
        equal(kinesis.putRecords(b -> b.streamARN(arn).records(entries)).join().failedRecordCount(), 0, "failed records");
        var got = Clients.read(kinesis, "java-records", FIRST);
        equal(got.size(), 501, "records");
        check(java.util.Arrays.equals(got.get(0).data().asByteArray(), data), "data came back changed");
        equal(got.get(0).partitionKey(), "ключ", "partition key");
        equal(got.get(0).sequenceNumber(), put.sequenceNumber(), "sequence number");
        equal(got.get(500).data().asUtf8String(), "record 499", "last record");
        Duration age = Duration.between(got.get(0).approximateArrivalTimestamp(), Instant.now());
        check(age.abs().compareTo(Duration.ofMinutes(1)) < 0, "the record arrived " + age + " ago");
        var since = kinesis.getShardIterator(b -> b.streamName("java-records").shardId(FIRST)
                .shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(Instant.now().minusSeconds(60))).join();
        equal(kinesis.getRecords(b -> b.shardIterator(since.shardIterator()).limit(3)).join().records().size(), 3, "records since a time");
    }

    private static void errors(KinesisAsyncClient kinesis) {
        try {
            kinesis.describeStream(b -> b.streamName("absent")).join();
            throw new AssertionError("a stream that is not there was described");
        } catch (CompletionException e) {
            check(e.getCause() instanceof ResourceNotFoundException, "got " + e.getCause());
            equal(((KinesisException) e.getCause()).awsErrorDetails().errorMessage(), "Stream absent under account 000000000000 not found.", "message");
        }
    }

    private static void signatures(URI endpoint, boolean required) {
        String refusal = "";
        try (KinesisAsyncClient wrong = Clients.wrongSecret(endpoint)) {
            wrong.listStreams().join();
        } catch (CompletionException e) {
            refusal = ((KinesisException) e.getCause()).awsErrorDetails().errorCode();
        }
        equal(refusal, required ? "InvalidSignatureException" : "", "refusal of a wrong secret");
    }

    private static void subscription(KinesisAsyncClient kinesis) {
        String arn = Clients.makeStream(kinesis, "java-subscribed", 1);
        String consumer = kinesis.registerStreamConsumer(b -> b.streamARN(arn).consumerName("reader")).join().consumer().consumerARN();
        Clients.until("the consumer is ACTIVE", Duration.ofSeconds(20), () ->
                kinesis.describeStreamConsumer(b -> b.consumerARN(consumer)).join().consumerDescription().consumerStatus() == ConsumerStatus.ACTIVE);
        Clients.put(kinesis, "java-subscribed", "early");
        List<String> data = new ArrayList<>();
        List<ChildShard> children = new ArrayList<>();
        var handler = SubscribeToShardResponseHandler.builder().subscriber(event -> {
            if (event instanceof SubscribeToShardEvent e) {
                e.records().forEach(r -> data.add(r.data().asUtf8String()));
                children.addAll(e.childShards());
                if (!e.records().isEmpty()) {
                    next(kinesis, data.size());
                }
            }
        }).build();
        kinesis.subscribeToShard(b -> b.consumerARN(consumer).shardId(FIRST).startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON)), handler).join();
        equal(data, List.of("early", "late"), "records");
        equal(children.stream().map(ChildShard::shardId).toList(), List.of("shardId-000000000001", "shardId-000000000002"), "children");
    }

    /** After the first record comes another, after the second a split. The handler's thread must not wait. */
    private static void next(KinesisAsyncClient kinesis, int seen) {
        if (seen == 1) {
            kinesis.putRecord(b -> b.streamName("java-subscribed").partitionKey("k").data(SdkBytes.fromUtf8String("late")));
        } else {
            kinesis.splitShard(b -> b.streamName("java-subscribed").shardToSplit(FIRST).newStartingHashKey(HALF));
        }
    }
}
