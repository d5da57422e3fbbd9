// Package wire is the Kinesis Data Streams API on the wire: AWS JSON 1.1 and CBOR
// 1.1 bodies to and from the request and response types of the AWS SDK for Go,
// which are the model; the checks of types and constraints with the service's
// texts; and the shapes of errors. It knows nothing of streams.
//
// A request takes three steps, so that each answers before the next: Parse (is it
// JSON or CBOR at all), Document.Decode, which first looks at types and then at the
// constraints of model.txt. Both formats become one flat list of values in Parse, so
// whatever is checked or read afterwards cannot differ between them but for times and
// blobs, where the formats do.
package wire
