// Round trips of records aggregated by aws-kinesis-agg.
//
//	node aggregate.mjs put STREAM      makes the stream, puts 100 aggregated records, prints each as a JSON line
//	node aggregate.mjs pack            aggregates 100 records, prints the aggregates in base64, one a line
//	node aggregate.mjs unpack DATA...  de-aggregates base64 texts, prints each record as a JSON line

import agg from "aws-kinesis-agg";

const [, , action, ...args] = process.argv;

const print = (partitionKey, data) => console.log(JSON.stringify({ partitionKey, data: data.toString("base64") }));

const user = Array.from({ length: 100 }, (_, i) => ({ partitionKey: `user ${i % 7}`, data: Buffer.from(JSON.stringify({ id: i, word: `wörd ${i}` })) }));

// pack resolves to the aggregates of the user's records.
const pack = () => new Promise((resolve, reject) => {
	const out = [];
	agg.aggregate(user, (record, done) => { out.push(record); done(); }, () => resolve(out), reject);
});

async function put(StreamName) {
	const { active, client, send } = await import("./client.mjs");
	await send("CreateStream", { StreamName, ShardCount: 1 });
	await active(StreamName);
	for (const { partitionKey, data } of await pack()) await send("PutRecord", { StreamName, PartitionKey: partitionKey, Data: data });
	for (const { partitionKey, data } of user) print(partitionKey, data);
	client.destroy();
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
else if (action === "pack") for (const { data } of await pack()) console.log(data.toString("base64"));
else if (action === "unpack") unpack(args);
else throw new Error(`unknown action ${action}`);
