package shard

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// Sequence is what a sequence number says. Kinesis prints a 186-bit number in
// decimal, of 56 digits, which in hexadecimal is laid out as
//
//	2 | created, 9 digits | low digit of shard | counter, 16 | 00 | time, 9 | shard, 8 | 2
//
// with both times in seconds since 1970. So numbers of one shard ascend with the counter.
//
// That counter is one more than the record's place: 0 is the start of the shard,
// which is before the first record even if both are of the same second.
type Sequence struct {
	Created int64 // of the shard
	Counter uint64
	Time    int64 // of the record
	Shard   uint32
}

// EndCounter is the counter in the ending sequence number of a closed shard.
const EndCounter = 1<<63 - 1

// ErrSequence says that a text is no sequence number.
var ErrSequence = errors.New("not a sequence number")

// Sequence returns the sequence number of a record of the shard, by its place.
func (s *Shard) Sequence(counter uint64, arrivalMillis int64) Sequence {
	return Sequence{Created: s.Created.Unix(), Counter: counter + 1, Time: arrivalMillis / 1000, Shard: s.Index}
}

// At is the place of the first record whose number is q or greater. It may be past
// the end of the shard.
func (q Sequence) At() uint64 { return max(q.Counter, 1) - 1 }

// After is the place of the first record whose number is greater than q. It may be
// past the end of the shard.
func (q Sequence) After() uint64 { return q.Counter }

// StartingSequence is before all records of the shard.
func (s *Shard) StartingSequence() Sequence {
	return Sequence{Created: s.Created.Unix(), Time: s.Created.Unix(), Shard: s.Index}
}

// EndingSequence is after all records of a closed shard.
func (s *Shard) EndingSequence() Sequence {
	return Sequence{Created: s.Created.Unix(), Counter: EndCounter, Time: s.Closed.Unix(), Shard: s.Index}
}

// String is the decimal form.
func (q Sequence) String() string {
	d := q.Decimal()
	return string(d.Append(nil))
}

// ParseSequence reads the decimal form.
func ParseSequence(text string) (Sequence, error) {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || n.Sign() < 0 || n.BitLen() != 186 || text[0] == '+' {
		return Sequence{}, ErrSequence
	}
	h := fmt.Sprintf("%x", n)
	if len(h) != 47 || h[0] != '2' || h[46] != '2' || h[27:29] != "00" {
		return Sequence{}, ErrSequence
	}
	num := func(from, to int) uint64 { v, _ := strconv.ParseUint(h[from:to], 16, 64); return v }
	q := Sequence{Created: int64(num(1, 10)), Counter: num(11, 27), Time: int64(num(29, 38)), Shard: uint32(num(38, 46))}
	if uint64(q.Shard&0xf) != num(10, 11) {
		return Sequence{}, ErrSequence
	}
	return q, nil
}

// Name is the identifier of a shard: shardId-000000000003.
func Name(index uint32) string { return fmt.Sprintf("shardId-%012d", index) }

// ParseName reads the identifier of a shard. Kinesis takes "shardId-3" and "3" too.
func ParseName(text string) (index uint32, ok bool) {
	if len(text) > 8 && text[:8] == "shardId-" {
		text = text[8:]
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return uint32(n), err == nil
}

// Millis is a time as the log keeps it.
func Millis(t time.Time) int64 { return t.UnixMilli() }
