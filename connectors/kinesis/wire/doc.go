// Package wire is the Kinesis Data Streams API on the wire: AWS JSON 1.1 and CBOR
// 1.1 bodies to and from the request and response types of the AWS SDK for Go,
// which are the model; the checks of types and constraints with the service's
// texts; and the shapes of errors. It knows nothing of streams.
package wire
