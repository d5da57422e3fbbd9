"""What the tests share: clients with nothing but the endpoint changed."""

import os
import time

import boto3
from botocore.config import Config

ENDPOINT = os.environ["KINESIS_ENDPOINT"]
SIGNATURES_REQUIRED = os.environ.get("KINESIS_SIGNATURES") == "required"
HALF = "170141183460469231731687303715884105728"

ONCE = Config(retries={"max_attempts": 1, "mode": "standard"})


def client(service="kinesis", **keys):
    return boto3.client(service, endpoint_url=ENDPOINT, config=ONCE, **keys)


def until(what, done):
    """Ask again until done answers something true."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = done()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited in vain until {what}")


def active(kinesis, name):
    """Wait until a stream is ACTIVE, by the waiter that boto3 has for it."""
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]


def make_stream(kinesis, name, shards):
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    return active(kinesis, name)


def make_consumer(kinesis, stream_arn, name):
    arn = kinesis.register_stream_consumer(StreamARN=stream_arn, ConsumerName=name)["Consumer"]["ConsumerARN"]

    def is_active():
        described = kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
        return described["ConsumerStatus"] == "ACTIVE"

    until("the consumer is ACTIVE", is_active)
    return arn


def read_all(kinesis, stream, shard):
    """Read a shard from its start to its tip or end."""
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = []
    while iterator:
        out = kinesis.get_records(ShardIterator=iterator)
        records += out["Records"]
        if not out["Records"] and out["MillisBehindLatest"] == 0:
            break
        iterator = out.get("NextShardIterator")
    return records
