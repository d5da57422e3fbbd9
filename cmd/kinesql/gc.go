package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A small heap may grow to five times what is live between collections: that takes about a
// tenth off the CPU of a query for some twenty megabytes. What large heaps may grow by is
// less than that, for a server to which thousands of slow clients hold on must not take
// five times what they hold. The environment variable GOGC has its way.
const (
	gcPercent   = 400
	gcHeadroom  = 256 << 20 // what a heap may grow by before the percentage falls
	gcPercentAt = 100       // of large heaps; the least there is
)

// tuneGC sets the percentage now, and anew after each collection.
func tuneGC() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcPercent)
	afterGC(gcPercent)
}

// afterGC looks at the heap once the collection has found an object that nobody holds.
// The percentage is set only when it changes by much, for that stops the world.
func afterGC(percent int) {
	runtime.AddCleanup(new([16]byte), func(percent int) {
		if want := percentFor(liveHeap()); want < percent*9/10 || want > percent*11/10 {
			debug.SetGCPercent(want)
			percent = want
		}
		afterGC(percent)
	}, percent)
}

// percentFor is by how much a heap of so many live bytes may grow.
func percentFor(live uint64) int {
	if live*gcPercent/100 <= gcHeadroom {
		return gcPercent
	}
	return max(gcPercentAt, int(gcHeadroom*100/live))
}

// liveHeap is what the latest collection has found alive.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
