// Package vfs is the file system as a durable store sees it: files written at
// offsets, a sync that makes them last, directories that need a sync of their own.
//
// There are two of them. OS is the disk of the machine. Mem is memory that
// forgets: it keeps what was synced apart from what was only written, and Crash
// gives the disk as a machine would find it after a loss of power. Mem also fails
// on demand: the n-th write, sync or read of a file, a full disk, one that has become read-only.
//
// # What lasts
//
//   - File.Sync makes the bytes of a file and its size last, not its name.
//   - FS.SyncDir makes the names in a directory last: creations, renames, removals.
//   - A rename is one step: after a crash either all of it has happened or nothing.
//   - What was written and not synced may be there after a crash, in part or
//     whole, in any order, in units of SectorSize bytes.
//   - After a Sync that failed nothing is known of what was written since the last
//     one that succeeded, and a later Sync that succeeds says nothing about it: the
//     kernel may have dropped the pages. Mem drops them.
package vfs
