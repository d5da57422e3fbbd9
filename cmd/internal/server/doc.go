// Package server is KineSQL as a network service: the shard log on a directory, the
// Kinesis API in front of it, authentication, the listeners, and what operators of a
// service expect beside them: health, readiness, metrics, a graceful end.
//
// One plain port speaks HTTP/1.1 and HTTP/2 with prior knowledge, for some SDKs open
// HTTP/2 even to http:// endpoints; a TLS port speaks both by ALPN. On both there
// are, besides the Kinesis API, the two actions of other services that Kinesis
// clients insist on when they start: STS GetCallerIdentity and CloudWatch
// PutMetricData. A request's target decides where it goes, or else the service in
// its credential scope.
//
// The end: readiness is withdrawn, subscriptions end with their last event, requests
// under way are answered, then the log is closed, which writes what was acknowledged
// in the modes that do not wait for the disk.
package server
