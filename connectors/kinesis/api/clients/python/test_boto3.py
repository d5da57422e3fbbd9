"""Streams, records, resharding, subscriptions and errors through boto3."""

import unittest
from datetime import datetime, timedelta, timezone

from botocore.exceptions import ClientError

from suite import HALF, SIGNATURES_REQUIRED, active, client, make_consumer, make_stream, read_all

kinesis = client()


class Streams(unittest.TestCase):
    def test_life(self):
        arn = make_stream(kinesis, "py-life", 3)
        self.assertEqual(arn, "arn:aws:kinesis:us-east-1:000000000000:stream/py-life")
        pages = kinesis.get_paginator("describe_stream").paginate(StreamName="py-life", PaginationConfig={"PageSize": 1})
        shards = [s for page in pages for s in page["StreamDescription"]["Shards"]]
        self.assertEqual([s["ShardId"] for s in shards], [f"shardId-{i:012d}" for i in range(3)])
        names = [n for page in kinesis.get_paginator("list_streams").paginate() for n in page["StreamNames"]]
        self.assertIn("py-life", names)
        with self.assertRaises(kinesis.exceptions.ResourceInUseException) as caught:
            kinesis.create_stream(StreamName="py-life", ShardCount=1)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        kinesis.delete_stream(StreamName="py-life")
        kinesis.get_waiter("stream_not_exists").wait(StreamName="py-life", WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
        with self.assertRaises(kinesis.exceptions.ResourceNotFoundException):
            kinesis.describe_stream_summary(StreamName="py-life")

    def test_resharding(self):
        make_stream(kinesis, "py-reshard", 1)
        kinesis.split_shard(StreamName="py-reshard", ShardToSplit="shardId-000000000000", NewStartingHashKey=HALF)
        active(kinesis, "py-reshard")
        kinesis.merge_shards(StreamName="py-reshard", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002")
        active(kinesis, "py-reshard")
        first = kinesis.list_shards(StreamName="py-reshard", MaxResults=3)
        # boto3's own paginator sends the name with the token, which AWS refuses too.
        with self.assertRaises(kinesis.exceptions.InvalidArgumentException):
            kinesis.list_shards(StreamName="py-reshard", NextToken=first["NextToken"])
        shards = first["Shards"] + kinesis.list_shards(NextToken=first["NextToken"])["Shards"]
        self.assertEqual(len(shards), 4)
        self.assertEqual(shards[3]["AdjacentParentShardId"], "shardId-000000000002")
        iterator = kinesis.get_shard_iterator(StreamName="py-reshard", ShardId="shardId-000000000000", ShardIteratorType="LATEST")
        end = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
        self.assertNotIn("NextShardIterator", end)
        self.assertEqual(len(end["ChildShards"]), 2)


class Records(unittest.TestCase):
    def test_come_back(self):
        make_stream(kinesis, "py-records", 1)
        data = bytes(range(256))
        put = kinesis.put_record(StreamName="py-records", PartitionKey="ключ", Data=data)
        self.assertNotIn("EncryptionType", put)
        many = kinesis.put_records(StreamName="py-records", Records=[{"PartitionKey": str(i), "Data": f"record {i}"} for i in range(500)])
        self.assertEqual(many["FailedRecordCount"], 0)
        got = read_all(kinesis, "py-records", "shardId-000000000000")
        self.assertEqual(got[0]["Data"], data)
        self.assertEqual(got[0]["PartitionKey"], "ключ")
        self.assertEqual(got[0]["SequenceNumber"], put["SequenceNumber"])
        self.assertLess(abs(datetime.now(timezone.utc) - got[0]["ApproximateArrivalTimestamp"]), timedelta(minutes=1))
        self.assertEqual([r["Data"].decode() for r in got[1:]], [f"record {i}" for i in range(500)])
        numbers = [int(r["SequenceNumber"]) for r in got]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_at_timestamp(self):
        make_stream(kinesis, "py-time", 1)
        kinesis.put_record(StreamName="py-time", PartitionKey="k", Data=b"x")
        where = {"StreamName": "py-time", "ShardId": "shardId-000000000000", "ShardIteratorType": "AT_TIMESTAMP"}
        past = kinesis.get_shard_iterator(Timestamp=datetime.now(timezone.utc) - timedelta(minutes=1), **where)
        self.assertEqual(len(kinesis.get_records(ShardIterator=past["ShardIterator"])["Records"]), 1)
        with self.assertRaises(kinesis.exceptions.InvalidArgumentException):
            kinesis.get_shard_iterator(Timestamp=datetime.now(timezone.utc) + timedelta(hours=1), **where)

    def test_validation(self):
        with self.assertRaises(ClientError) as caught:
            kinesis.create_stream(StreamName="no spaces", ShardCount=1)
        self.assertEqual(caught.exception.response["Error"]["Code"], "ValidationException")
        self.assertEqual(
            caught.exception.response["Error"]["Message"],
            "1 validation error detected: Value 'no spaces' at 'streamName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        )


class Subscriptions(unittest.TestCase):
    def test_through_split(self):
        arn = make_consumer(kinesis, make_stream(kinesis, "py-subscribed", 1), "reader")
        kinesis.put_record(StreamName="py-subscribed", PartitionKey="k", Data=b"early")
        stream = kinesis.subscribe_to_shard(ConsumerARN=arn, ShardId="shardId-000000000000", StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]
        data, children = [], []
        for event in stream:
            event = event["SubscribeToShardEvent"]
            data += [r["Data"] for r in event["Records"]]
            children += event.get("ChildShards", [])
            if event["Records"] and len(data) == 1:
                kinesis.put_record(StreamName="py-subscribed", PartitionKey="k", Data=b"late")
            elif event["Records"]:
                kinesis.split_shard(StreamName="py-subscribed", ShardToSplit="shardId-000000000000", NewStartingHashKey=HALF)
        self.assertEqual(data, [b"early", b"late"])
        self.assertEqual([c["ShardId"] for c in children], ["shardId-000000000001", "shardId-000000000002"])


class Identity(unittest.TestCase):
    def test_who(self):
        who = client("sts").get_caller_identity()
        self.assertEqual(who["Account"], "000000000000")
        self.assertTrue(who["Arn"].startswith("arn:aws:"), who["Arn"])
        self.assertTrue(who["UserId"])

    def test_metrics_are_taken(self):
        out = client("cloudwatch").put_metric_data(Namespace="KCL", MetricData=[{"MetricName": "Success", "Value": 1.0}])
        self.assertEqual(out["ResponseMetadata"]["HTTPStatusCode"], 200)

    def test_wrong_secret(self):
        wrong = client(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="wrong")
        if SIGNATURES_REQUIRED:
            with self.assertRaises(ClientError) as caught:
                wrong.list_streams()
            self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidSignatureException")
        else:
            self.assertIn("StreamNames", wrong.list_streams())


if __name__ == "__main__":
    unittest.main()
