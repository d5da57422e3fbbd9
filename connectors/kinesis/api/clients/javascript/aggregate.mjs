// Round trips of records aggregated by aws-kinesis-agg.
//
//	node aggregate.mjs put STREAM     aggregates 100 records, puts them, prints each as a JSON line
//	node aggregate.mjs unpack DATA... de-aggregates base64 texts, prints each record as a JSON line

import agg from "aws-kinesis-agg";

const [, , action, ...args] = process.argv;

const print = (partitionKey, data) => console.log(JSON.stringify({ partitionKey, data: data.toString("base64") }));

async function put(StreamName) {
	const { send } = await import("./client.mjs");
	const user = Array.from({ length: 100 }, (_, i) => ({ partitionKey: `user ${i % 7}`, data: Buffer.from(JSON.stringify({ id: i, word: `wörd ${i}` })) }));
	const encoded = await new Promise((resolve, reject) => {
		const out = [];
		agg.aggregate(user, (record, done) => { out.push(record); done(); }, () => resolve(out), reject);
	});
	for (const { partitionKey, data } of encoded) await send("PutRecord", { StreamName, PartitionKey: partitionKey, Data: data });
	for (const { partitionKey, data } of user) print(partitionKey, data);
}

function unpack(texts) {
	for (const data of texts) {
		agg.deaggregateSync({ data, partitionKey: "outer", sequenceNumber: "1" }, true, (err, list) => {
			if (err) throw err;
			for (const r of list) print(r.partitionKey, Buffer.from(r.data, "base64"));
		});
	}
}

if (action === "put") await put(...args);
else if (action === "unpack") unpack(args);
else throw new Error(`unknown action ${action}`);
