// What the tests share: an SDK client with nothing but the endpoint changed, and
// helpers around it. The endpoint comes from KINESIS_ENDPOINT; plain http:// makes
// the SDK speak HTTP/2 with prior knowledge, https:// makes it negotiate.

import { setTimeout as delay } from "node:timers/promises";
import * as kinesis from "@aws-sdk/client-kinesis";

export const { KinesisClient } = kinesis;
export const { KINESIS_ENDPOINT: endpoint } = process.env;
if (!endpoint) throw new Error("set KINESIS_ENDPOINT to the server's URL");

export const client = new KinesisClient({ endpoint, region: "us-east-1", maxAttempts: 1 });

// send calls an action by its name.
export const send = (action, input, to = client) => to.send(new kinesis[`${action}Command`](input));

// until asks again until done answers something true.
export async function until(what, done) {
	for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(20)) {
		const answer = await done();
		if (answer) return answer;
	}
	throw new Error(`waited in vain until ${what}`);
}

// active waits until a stream is ACTIVE and returns its summary.
export const active = (StreamName) => until(`${StreamName} is ACTIVE`, async () => {
	const { StreamDescriptionSummary: s } = await send("DescribeStreamSummary", { StreamName });
	return s.StreamStatus === "ACTIVE" && s;
});

// makeStream creates a stream of a name of its own and returns name and ARN.
export async function makeStream(name, ShardCount) {
	const StreamName = `js-${name}-${process.pid}`;
	await send("CreateStream", { StreamName, ShardCount });
	const { StreamARN } = await active(StreamName);
	return { StreamName, StreamARN };
}

// consumer registers a consumer, waits until it is ACTIVE and returns its ARN.
export async function consumer(StreamARN, ConsumerName) {
	const { Consumer } = await send("RegisterStreamConsumer", { StreamARN, ConsumerName });
	const { ConsumerARN } = Consumer;
	await until("the consumer is ACTIVE", async () =>
		(await send("DescribeStreamConsumer", { ConsumerARN })).ConsumerDescription.ConsumerStatus === "ACTIVE");
	return ConsumerARN;
}

// readAll reads a shard from its start to its tip or end.
export async function readAll(StreamName, ShardId) {
	let { ShardIterator } = await send("GetShardIterator", { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" });
	const records = [];
	while (ShardIterator) {
		const out = await send("GetRecords", { ShardIterator });
		records.push(...out.Records);
		if (out.Records.length === 0 && out.MillisBehindLatest === 0) break;
		ShardIterator = out.NextShardIterator;
	}
	return records;
}

export const bytes = (text) => new TextEncoder().encode(text);
export const text = (data) => new TextDecoder().decode(data);
export const half = "170141183460469231731687303715884105728";
