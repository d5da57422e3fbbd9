// Package golang proves the Kinesis API with the AWS SDK for Go v2: every action of
// the service's model, waiters, paginators, typed errors, subscriptions, signatures.
package golang
