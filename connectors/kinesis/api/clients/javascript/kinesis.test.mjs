// Streams, records, iterators, resharding and errors through the SDK for JavaScript v3.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { waitUntilStreamExists, waitUntilStreamNotExists, paginateListStreams, ResourceNotFoundException, ResourceInUseException } from "@aws-sdk/client-kinesis";
import { KinesisClient, active, bytes, client, endpoint, half, makeStream, readAll, send, text } from "./client.mjs";

after(() => client.destroy());

test("a stream is created, described, listed and deleted", async () => {
	const { StreamName } = await makeStream("life", 2);
	await waitUntilStreamExists({ client, maxWaitTime: 20 }, { StreamName });
	const { StreamDescription: d } = await send("DescribeStream", { StreamName });
	assert.equal(d.Shards.length, 2);
	assert.equal(d.Shards[1].HashKeyRange.StartingHashKey, half);
	assert.ok(Math.abs(Date.now() - d.StreamCreationTimestamp.getTime()) < 60_000);
	const names = [];
	for await (const page of paginateListStreams({ client, pageSize: 1 }, {})) names.push(...page.StreamNames);
	assert.ok(names.includes(StreamName));
	await assert.rejects(send("CreateStream", { StreamName, ShardCount: 1 }), ResourceInUseException);
	await send("DeleteStream", { StreamName });
	await waitUntilStreamNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { StreamName });
	await assert.rejects(send("DescribeStream", { StreamName }), (err) => {
		assert.ok(err instanceof ResourceNotFoundException);
		assert.equal(err.message, `Stream ${StreamName} under account 000000000000 not found.`);
		assert.equal(err.$metadata.httpStatusCode, 400);
		assert.ok(err.$metadata.requestId);
		return true;
	});
});

test("records come back as they went in", async () => {
	const { StreamName } = await makeStream("records", 1);
	const data = Uint8Array.of(0, 255, 34, 92, 10, 128);
	const put = await send("PutRecord", { StreamName, PartitionKey: "schlüssel", Data: data });
	assert.match(put.SequenceNumber, /^49\d{54}$/);
	const Records = Array.from({ length: 500 }, (_, i) => ({ PartitionKey: `k${i}`, Data: bytes(`record ${i}`) }));
	const many = await send("PutRecords", { StreamName, Records });
	assert.equal(many.FailedRecordCount, 0);
	assert.equal(many.Records.length, 500);
	const got = await readAll(StreamName, "shardId-000000000000");
	assert.equal(got.length, 501);
	assert.deepEqual(Uint8Array.from(got[0].Data), data);
	assert.equal(got[0].PartitionKey, "schlüssel");
	assert.ok(got[0].ApproximateArrivalTimestamp instanceof Date);
	got.slice(1).forEach((r, i) => assert.equal(text(r.Data), `record ${i}`));
	const numbers = got.map((r) => BigInt(r.SequenceNumber));
	assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]));
});

test("a split and a merge move hash ranges", async () => {
	const { StreamName } = await makeStream("reshard", 1);
	await send("SplitShard", { StreamName, ShardToSplit: "shardId-000000000000", NewStartingHashKey: half });
	await active(StreamName);
	await send("MergeShards", { StreamName, ShardToMerge: "shardId-000000000001", AdjacentShardToMerge: "shardId-000000000002" });
	await active(StreamName);
	const { Shards } = await send("ListShards", { StreamName });
	assert.equal(Shards.length, 4);
	assert.equal(Shards[2].ParentShardId, "shardId-000000000000");
	assert.equal(Shards[3].AdjacentParentShardId, "shardId-000000000002");
	const { ShardIterator } = await send("GetShardIterator", { StreamName, ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" });
	const end = await send("GetRecords", { ShardIterator });
	assert.equal(end.NextShardIterator, undefined);
	assert.deepEqual(end.ChildShards.map((c) => c.ShardId), ["shardId-000000000001", "shardId-000000000002"]);
});

test("many requests share one connection", async () => {
	const { StreamName } = await makeStream("parallel", 2);
	await Promise.all(Array.from({ length: 100 }, (_, i) => send("PutRecord", { StreamName, PartitionKey: `k${i}`, Data: bytes(`${i}`) })));
	const got = [...await readAll(StreamName, "shardId-000000000000"), ...await readAll(StreamName, "shardId-000000000001")];
	assert.deepEqual(got.map((r) => Number(text(r.Data))).sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
});

test("a record of 1 MiB goes through, one byte more does not", async () => {
	const { StreamName } = await makeStream("large", 1);
	await send("PutRecord", { StreamName, PartitionKey: "k", Data: new Uint8Array(2 ** 20 - 1) });
	await assert.rejects(send("PutRecord", { StreamName, PartitionKey: "k", Data: new Uint8Array(2 ** 20 + 1) }), { name: "ValidationException" });
	const [record] = await readAll(StreamName, "shardId-000000000000");
	assert.equal(record.Data.length, 2 ** 20 - 1);
});

test("a wrong secret is refused where signatures are checked", async () => {
	const wrong = new KinesisClient({ endpoint, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" } });
	const asked = send("ListStreams", {}, wrong);
	if (process.env.KINESIS_SIGNATURES === "required") await assert.rejects(asked, { name: "InvalidSignatureException" });
	else assert.ok((await asked).StreamNames);
	wrong.destroy();
});
