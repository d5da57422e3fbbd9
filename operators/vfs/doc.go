// Package vfs is the file system as durable stores see it, small enough to be
// faked: the real one, and one in memory that forgets at a crash what was not
// synced and fails when told to.
package vfs
