"""Every subcommand of "aws kinesis", in the AWS CLI's own process entry point."""

import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import time
import unittest

from awscli.clidriver import create_clidriver

from suite import ENDPOINT, HALF, SIGNATURES_REQUIRED, client

DRIVER = create_clidriver()
called = set()


def run(*words):
    """Run aws with the given words; return status, standard output and standard error."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        status = DRIVER.main([*words, "--endpoint-url", ENDPOINT, "--output", "json"])
    return status, out.getvalue(), errors.getvalue()


def aws(command, *words):
    """Run aws kinesis COMMAND, which must succeed, and return what it printed."""
    called.add(command)
    status, out, errors = run("kinesis", command, *words)
    if status != 0:
        raise AssertionError(f"aws kinesis {command} {' '.join(words)}: exit status {status}: {errors}")
    return json.loads(out) if out.strip() else None


def create(name, shards="1"):
    """Create a stream, wait for it, and return its ARN."""
    aws("create-stream", "--stream-name", name, "--shard-count", shards)
    return settled(name)


def settled(name):
    for _ in range(400):
        summary = aws("describe-stream-summary", "--stream-name", name)["StreamDescriptionSummary"]
        if summary["StreamStatus"] == "ACTIVE":
            return summary["StreamARN"]
        time.sleep(0.02)
    raise AssertionError(f"{name} is not ACTIVE: {summary}")


def commands():
    return DRIVER._get_command_table()["kinesis"]._get_command_table()


class CLI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arn = create("cli")

    def test_streams(self):
        create("cli-life", "2")
        aws("wait", "stream-exists", "--stream-name", "cli-life")
        self.assertEqual(len(aws("describe-stream", "--stream-name", "cli-life")["StreamDescription"]["Shards"]), 2)
        self.assertIn("cli-life", aws("list-streams")["StreamNames"])
        self.assertGreaterEqual(aws("describe-limits")["OpenShardCount"], 2)
        aws("delete-stream", "--stream-name", "cli-life")
        time.sleep(0.2)  # the waiter asks every ten seconds
        aws("wait", "stream-not-exists", "--stream-name", "cli-life")
        status, _, errors = run("kinesis", "describe-stream", "--stream-name", "cli-life")
        self.assertEqual(status, 255)
        self.assertIn("(ResourceNotFoundException) when calling the DescribeStream operation: Stream cli-life under account 000000000000 not found.", errors)

    def test_records(self):
        put = aws("put-record", "--stream-name", "cli", "--partition-key", "k", "--data", "hello")
        self.assertEqual(put["ShardId"], "shardId-000000000000")
        many = aws("put-records", "--stream-name", "cli", "--records", "Data=hello,PartitionKey=a", "Data=hello,PartitionKey=b")
        self.assertEqual(many["FailedRecordCount"], 0)
        iterator = aws("get-shard-iterator", "--stream-name", "cli", "--shard-id", "shardId-000000000000", "--shard-iterator-type", "TRIM_HORIZON")
        got = aws("get-records", "--shard-iterator", iterator["ShardIterator"])
        data = base64.b64encode(b"hello").decode()
        self.assertEqual([(r["PartitionKey"], r["Data"]) for r in got["Records"]], [("k", data), ("a", data), ("b", data)])

    def test_shards(self):
        create("cli-shards")
        aws("split-shard", "--stream-name", "cli-shards", "--shard-to-split", "shardId-000000000000", "--new-starting-hash-key", HALF)
        settled("cli-shards")
        aws("merge-shards", "--stream-name", "cli-shards", "--shard-to-merge", "shardId-000000000001", "--adjacent-shard-to-merge", "shardId-000000000002")
        settled("cli-shards")
        counts = aws("update-shard-count", "--stream-name", "cli-shards", "--target-shard-count", "2", "--scaling-type", "UNIFORM_SCALING")
        self.assertEqual((counts["CurrentShardCount"], counts["TargetShardCount"]), (1, 2))
        settled("cli-shards")
        open_shards = aws("list-shards", "--stream-name", "cli-shards", "--shard-filter", "Type=AT_LATEST")["Shards"]
        self.assertEqual([s["HashKeyRange"]["StartingHashKey"] for s in open_shards], ["0", HALF])

    def test_consumers(self):
        arn = create("cli-consumed")
        consumer = aws("register-stream-consumer", "--stream-arn", arn, "--consumer-name", "reader")["Consumer"]
        self.assertEqual(consumer["ConsumerStatus"], "CREATING")
        self.assertEqual(aws("describe-stream-consumer", "--consumer-arn", consumer["ConsumerARN"])["ConsumerDescription"]["StreamARN"], arn)
        self.assertEqual(len(aws("list-stream-consumers", "--stream-arn", arn)["Consumers"]), 1)
        aws("deregister-stream-consumer", "--consumer-arn", consumer["ConsumerARN"])

    def test_tags_and_policies(self):
        arn = create("cli-tags")
        aws("add-tags-to-stream", "--stream-name", "cli-tags", "--tags", "a=1,b=2")
        aws("tag-resource", "--resource-arn", arn, "--tags", "c=3")
        aws("remove-tags-from-stream", "--stream-name", "cli-tags", "--tag-keys", "a")
        aws("untag-resource", "--resource-arn", arn, "--tag-keys", "b")
        self.assertEqual(aws("list-tags-for-stream", "--stream-name", "cli-tags"), {"Tags": [{"Key": "c", "Value": "3"}], "HasMoreTags": False})
        self.assertEqual(aws("list-tags-for-resource", "--resource-arn", arn)["Tags"], [{"Key": "c", "Value": "3"}])
        statement = {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kinesis:PutRecord", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws("put-resource-policy", "--resource-arn", arn, "--policy", policy)
        self.assertEqual(aws("get-resource-policy", "--resource-arn", arn)["Policy"], policy)
        aws("delete-resource-policy", "--resource-arn", arn)

    def test_settings(self):
        arn = create("cli-settings")
        name = ("--stream-name", "cli-settings")
        aws("increase-stream-retention-period", *name, "--retention-period-hours", "72")
        settled("cli-settings")
        aws("decrease-stream-retention-period", *name, "--retention-period-hours", "48")
        settled("cli-settings")
        aws("start-stream-encryption", *name, "--encryption-type", "KMS", "--key-id", "alias/aws/kinesis")
        settled("cli-settings")
        aws("stop-stream-encryption", *name, "--encryption-type", "KMS", "--key-id", "alias/aws/kinesis")
        settled("cli-settings")
        self.assertEqual(aws("enable-enhanced-monitoring", *name, "--shard-level-metrics", "IncomingBytes")["DesiredShardLevelMetrics"], ["IncomingBytes"])
        settled("cli-settings")
        self.assertEqual(aws("disable-enhanced-monitoring", *name, "--shard-level-metrics", "ALL")["DesiredShardLevelMetrics"], [])
        settled("cli-settings")
        aws("update-max-record-size", "--stream-arn", arn, "--max-record-size-in-ki-b", "2048")
        settled("cli-settings")
        described = aws("describe-stream-summary", *name)["StreamDescriptionSummary"]
        self.assertEqual((described["RetentionPeriodHours"], described["MaxRecordSizeInKiB"], described["EncryptionType"]), (48, 2048, "NONE"))

    def test_account(self):
        aws("describe-account-settings")
        changed = aws("update-account-settings", "--minimum-throughput-billing-commitment", "Status=ENABLED")
        self.assertEqual(changed["MinimumThroughputBillingCommitment"]["Status"], "ENABLED")
        arn = create("cli-on-demand")
        aws("update-stream-mode", "--stream-arn", arn, "--stream-mode-details", "StreamMode=ON_DEMAND")
        settled("cli-on-demand")
        aws("update-stream-warm-throughput", "--stream-arn", arn, "--warm-throughput-mi-bps", "8")

    def test_process(self):
        """One call by the command itself, as people type it."""
        words = [sys.executable, "-m", "awscli", "sts", "get-caller-identity", "--endpoint-url", ENDPOINT, "--output", "json"]
        who = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        self.assertEqual(who["Account"], client("sts").get_caller_identity()["Account"])
        if SIGNATURES_REQUIRED:
            wrong = subprocess.run(words, env={**os.environ, "AWS_SECRET_ACCESS_KEY": "wrong"}, capture_output=True, text=True)
            self.assertEqual(wrong.returncode, 255)
            self.assertIn("(SignatureDoesNotMatch)", wrong.stderr)

    def test_zz_all_commands(self):
        """unittest runs tests by name, so this is the last."""
        self.assertEqual(sorted(set(commands()) - called - {"help"}), [])


if __name__ == "__main__":
    unittest.main()
