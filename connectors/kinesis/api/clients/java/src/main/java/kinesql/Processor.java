package kinesql;

import java.nio.charset.StandardCharsets;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** Notes what it sees of one shard, and checkpoints as applications do. */
final class Processor implements ShardRecordProcessor {
    private final Ledger ledger;
    private String shard;
    private boolean leaving;

    Processor(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void initialize(InitializationInput in) {
        shard = in.shardId();
        ledger.begin(shard);
    }

    @Override
    public void processRecords(ProcessRecordsInput in) {
        in.records().forEach(r -> ledger.record(StandardCharsets.UTF_8.decode(r.data()).toString()));
        checkpoint(in.checkpointer());
    }

    @Override
    public void leaseLost(LeaseLostInput in) {
        if (!leaving) { // one worker only: nobody takes leases from it
            ledger.record("the lease of " + shard + " was lost");
        }
    }

    @Override
    public void shardEnded(ShardEndedInput in) {
        ledger.end(shard);
        checkpoint(in.checkpointer());
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput in) {
        leaving = true;
        checkpoint(in.checkpointer());
    }

    private static void checkpoint(RecordProcessorCheckpointer checkpointer) {
        try {
            checkpointer.checkpoint();
        } catch (InvalidStateException | ShutdownException e) {
            throw new IllegalStateException(e);
        }
    }
}
