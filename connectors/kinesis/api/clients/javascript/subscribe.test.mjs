// SubscribeToShard through the SDK for JavaScript v3.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { SubscribeToShardCommand } from "@aws-sdk/client-kinesis";
import { active, bytes, client, consumer, half, makeStream, send, text } from "./client.mjs";

after(() => client.destroy());

// events yields the events of a new subscription. Whoever stops reading goes away:
// the SDK itself would keep the subscription open.
async function* events(ConsumerARN, ShardId, StartingPosition) {
	const away = new AbortController();
	const { EventStream } = await client.send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition }), { abortSignal: away.signal });
	try {
		for await (const event of EventStream) {
			assert.ok(event.SubscribeToShardEvent, `unknown event ${JSON.stringify(event)}`);
			yield event.SubscribeToShardEvent;
		}
	} finally {
		away.abort();
	}
}

// collect reads a subscription to its end.
async function collect(...args) {
	const records = [], children = [];
	for await (const event of events(...args)) {
		records.push(...event.Records.map((r) => text(r.Data)));
		children.push(...(event.ChildShards ?? []));
		assert.equal(event.ContinuationSequenceNumber === undefined, (event.ChildShards ?? []).length > 0);
	}
	return { records, children };
}

test("a subscription follows a shard through its split", { timeout: 60_000 }, async () => {
	const { StreamName, StreamARN } = await makeStream("subscribe", 1);
	const arn = await consumer(StreamARN, "reader");
	await send("PutRecord", { StreamName, PartitionKey: "k", Data: bytes("early") });
	const records = [];
	let children;
	for await (const event of events(arn, "shardId-000000000000", { Type: "TRIM_HORIZON" })) {
		for (const record of event.Records) {
			records.push(text(record.Data));
			if (records.length === 1) await send("PutRecord", { StreamName, PartitionKey: "k", Data: bytes("late") });
			else await send("SplitShard", { StreamName, ShardToSplit: "shardId-000000000000", NewStartingHashKey: half });
		}
		children = event.ChildShards ?? children;
	}
	assert.deepEqual(records, ["early", "late"]);
	assert.deepEqual(children.map((c) => c.ShardId), ["shardId-000000000001", "shardId-000000000002"]);
	assert.deepEqual(children[0].ParentShards, ["shardId-000000000000"]);
	await active(StreamName);
});

test("a subscription begins where the last one ended", { timeout: 60_000 }, async () => {
	const { StreamName, StreamARN } = await makeStream("continue", 1);
	const arn = await consumer(StreamARN, "reader");
	let position = { Type: "TRIM_HORIZON" };
	const begun = Date.now();
	for (const word of ["one", "two", "three"]) {
		await send("PutRecord", { StreamName, PartitionKey: "k", Data: bytes(word) });
		for await (const event of resubscribe(arn, position)) {
			if (event.Records.length === 0) continue;
			assert.deepEqual(event.Records.map((r) => text(r.Data)), [word]);
			position = { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: event.ContinuationSequenceNumber };
			break; // the client goes away, and the slot must become free
		}
	}
	// After five seconds the next one may have the place in any case.
	assert.ok(Date.now() - begun < 5000, "the slots became free only when they could be taken over");
});

// resubscribe waits until the place of the last subscription is free.
async function* resubscribe(arn, position) {
	for (;;) {
		try {
			yield* events(arn, "shardId-000000000000", position);
			return;
		} catch (err) {
			if (err.name !== "ResourceInUseException") throw err;
			await delay(50);
		}
	}
}

test("a closed shard is read to its children", { timeout: 60_000 }, async () => {
	const { StreamName, StreamARN } = await makeStream("closed", 1);
	const Records = Array.from({ length: 50 }, (_, i) => ({ PartitionKey: `k${i}`, Data: bytes(`${i}`) }));
	await send("PutRecords", { StreamName, Records });
	await send("UpdateShardCount", { StreamName, TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" });
	await active(StreamName);
	const arn = await consumer(StreamARN, "reader");
	const { records, children } = await collect(arn, "shardId-000000000000", { Type: "TRIM_HORIZON" });
	assert.deepEqual(records, Array.from({ length: 50 }, (_, i) => `${i}`));
	assert.equal(children.length, 2);
});
