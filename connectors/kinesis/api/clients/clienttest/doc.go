// Package clienttest starts real kinesql serve processes for the suites that prove
// the Kinesis API with clients that others wrote: one folder a language, beside this one.
//
// A suite builds the binary from this checkout, starts it on free ports with a data
// directory of its own, points an unchanged client at it and asserts on what the
// client saw. What the clients themselves need (npm modules, Python wheels, Maven
// artifacts) is installed at pinned versions into a cache outside the repository, once.
package clienttest
