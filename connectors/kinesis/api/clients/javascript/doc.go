// Package javascript proves the Kinesis API with the AWS SDK for JavaScript v3, over
// HTTP/2 with prior knowledge and over TLS, and the unpacking of aggregated records
// with the npm module aws-kinesis-agg. Its tests carry the build tag clients: they
// need node and npm, and the modules that package-lock.json pins.
package javascript
