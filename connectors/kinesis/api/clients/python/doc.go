// Package python proves the Kinesis API with boto3 and the AWS CLI: every subcommand
// of "aws kinesis" that there is, waiters, paginators, subscriptions, STS, signatures.
// Its tests carry the build tag clients: they need Python 3 with venv, and what
// requirements.txt pins.
package python
