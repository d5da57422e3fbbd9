package kinesql;

import static kinesql.Clients.check;
import static kinesql.Clients.equal;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.RetrievalSpecificConfig;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * The Kinesis Client Library reads a stream that is resharded while it runs, with its
 * leases in DynamoDB Local: every record exactly once, children after their parents.
 * Arguments: endpoint, polling or fanout, and a free port for DynamoDB Local.
 */
public final class KclSuite {
    private static final int ROUND = 100;
    private static final InitialPositionInStreamExtended START = InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

    private final KinesisAsyncClient kinesis;
    private final String stream;
    private final Ledger ledger = new Ledger();
    private int put;

    private KclSuite(KinesisAsyncClient kinesis, String stream) {
        this.kinesis = kinesis;
        this.stream = stream;
    }

    public static void main(String[] args) {
        try {
            prove(args);
            System.exit(0); // threads of DynamoDB Local stay
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void prove(String[] args) throws Exception {
        URI endpoint = URI.create(args[0]);
        var leases = ServerRunner.createServerFromCommandLineArgs(new String[] {"-inMemory", "-port", args[2]});
        leases.start();
        try (KinesisAsyncClient kinesis = Clients.http2(endpoint)) {
            new KclSuite(kinesis, "kcl-" + args[1]).run(endpoint, args[1], URI.create("http://127.0.0.1:" + args[2]));
        }
        leases.stop();
        System.out.println("PASS " + args[1]);
    }

    private void run(URI endpoint, String how, URI dynamo) throws Exception {
        Clients.makeStream(kinesis, stream, 2);
        putRound();
        Scheduler scheduler = scheduler(endpoint, how, dynamo);
        Thread worker = new Thread(scheduler, "worker");
        worker.setDaemon(true);
        worker.start();
        caughtUp();
        scale(4); // both shards split
        caughtUp();
        scale(2); // and merge again
        caughtUp();
        Clients.until("all closed shards have ended", Duration.ofSeconds(60), () -> ledger.ended().containsAll(closed()));
        check(scheduler.startGracefulShutdown().get(60, TimeUnit.SECONDS), "the worker did not shut down in good order");
        verify();
    }

    /** Puts records, some before and some after the change of shards has begun. */
    private void scale(int target) {
        putRound();
        kinesis.updateShardCount(b -> b.streamName(stream).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING)).join();
        putRound();
        Clients.active(kinesis, stream);
        putRound();
    }

    private void putRound() {
        for (int i = 0; i < ROUND; i++) {
            Clients.put(kinesis, stream, "r" + put++);
        }
    }

    private void caughtUp() {
        Clients.until(put + " records were seen", Duration.ofSeconds(120), () -> ledger.distinct() >= put);
    }

    private List<Shard> shards() {
        return kinesis.listShards(b -> b.streamName(stream)).join().shards();
    }

    private Set<String> closed() {
        Set<String> out = new TreeSet<>();
        shards().stream().filter(s -> s.sequenceNumberRange().endingSequenceNumber() != null).forEach(s -> out.add(s.shardId()));
        return out;
    }

    private void verify() {
        equal(ledger.distinct(), put, "records seen");
        ledger.seen().forEach((data, times) -> equal(times, 1, "times that " + data + " was seen"));
        equal(new TreeSet<>(ledger.begun()), new TreeSet<>(shards().stream().map(Shard::shardId).toList()), "shards read");
        for (Shard s : shards()) {
            Stream.of(s.parentShardId(), s.adjacentParentShardId()).filter(p -> p != null).forEach(p ->
                    check(ledger.endedBefore(s.shardId()).contains(p), s.shardId() + " began before its parent " + p + " had ended"));
        }
    }

    private Scheduler scheduler(URI endpoint, String how, URI dynamo) {
        var db = DynamoDbAsyncClient.builder().endpointOverride(dynamo).region(Region.US_EAST_1).build();
        var cloudWatch = CloudWatchAsyncClient.builder().endpointOverride(endpoint).region(Region.US_EAST_1).build();
        var configs = new ConfigsBuilder(new SingleStreamTracker(stream, START), stream, kinesis, db, cloudWatch, "worker-1", () -> new Processor(ledger));
        var leases = configs.leaseManagementConfig()
                .failoverTimeMillis(2000)
                .shardSyncIntervalMillis(500)
                .leasesRecoveryAuditorExecutionFrequencyMillis(1000);
        leases.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true).workerMetricsReporterFreqInMillis(1000);
        var coordinator = configs.coordinatorConfig().parentShardPollIntervalMillis(200).shardConsumerDispatchPollIntervalMillis(100);
        var metrics = configs.metricsConfig().metricsBufferTimeMillis(1000);
        RetrievalSpecificConfig specific = how.equals("polling")
                ? new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200)
                : new FanOutConfig(kinesis).streamName(stream).applicationName(stream);
        return new Scheduler(configs.checkpointConfig(), coordinator, leases, configs.lifecycleConfig(), metrics, configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(specific));
    }
}
