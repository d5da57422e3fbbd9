package shardlog

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"kinesql/operators/vfs"
)

// FuzzRepair puts any bytes anywhere into the files of a log. After a repair nothing is
// wrong any more, and what can be read is what was written; Dump shows it without stumbling.
// Salts are random, so fuzz with -fuzzminimizetime 1x.
func FuzzRepair(f *testing.F) {
	whole := vfs.NewMem()
	recorded(f, whole)
	var files []string
	for _, dir := range []string{"data/log", "data/quarantine"} {
		entries, err := whole.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			files = append(files, dir+"/"+e.Name())
		}
	}
	slices.Sort(files)
	f.Add(uint8(0), uint16(0), []byte("KSQLIDX2"))
	f.Add(uint8(1), uint16(framesAt), bytes.Repeat([]byte{0xff}, 5000))
	f.Add(uint8(2), uint16(56), []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(uint8(3), uint16(framesAt+12), []byte{0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, file uint8, offset uint16, patch []byte) {
		disk := whole.Crash(nil)
		h, err := disk.OpenFile(files[int(file)%len(files)], os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.WriteAt(patch, int64(offset)); err != nil {
			t.Fatal(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		repaired(t, disk, Inspect{})
		if r := verified(t, disk, Inspect{}); len(r.Problems) > 0 {
			t.Fatal(r.Problems)
		}
		if err := Dump(&bytes.Buffer{}, "data", Inspect{FS: disk, Records: true}); err != nil {
			t.Fatal(err)
		}
		l := inspected(t, disk)
		defer l.Close()
		for _, ref := range all {
			if got, corrupt := readable(t, l, ref); corrupt > 0 {
				t.Fatalf("read %v, %d errors", got, corrupt)
			}
		}
	})
}
