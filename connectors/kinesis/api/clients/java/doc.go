// Package java proves the Kinesis API with the AWS SDK for Java v2 (CBOR bodies, HTTP/2
// with prior knowledge) and with the Kinesis Client Library 3, polling and with enhanced
// fan-out, its leases in DynamoDB Local and its metrics at this server. Its tests carry
// the build tag java: they need a JDK 17 or later, Maven, and what pom.xml pins.
package java
