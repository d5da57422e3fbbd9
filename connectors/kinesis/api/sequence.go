package api

import (
	"encoding/binary"
	"math/big"
	"time"

	"kinesql/connectors/kinesis/wire"
)

// number is what any sequence number that Kinesis ever gave out says. Those of
// versions 0 and 1 come from no stream of ours, but are told from plain nonsense.
type number struct {
	version int
	created int64 // of the shard, seconds since 1970
	time    int64
	shard   int32 // negative in numbers made up with the highest bit
}

// Numbers from 2^185 to 3*2^184 have the layout of shard.Sequence, in which the
// last digit is the version; smaller ones are of version 0 and count from 2^124.
var (
	oldBase     = new(big.Int).Lsh(big.NewInt(1), 124)
	oldEnd      = new(big.Int).Lsh(big.NewInt(1), 129)
	newStart    = new(big.Int).Lsh(big.NewInt(1), 185)
	newEnd      = new(big.Int).Lsh(big.NewInt(3), 184)
	lastCreated = int64(16_025_175_000) // seconds; the service takes no later date
)

// parseNumber reads a sequence number of any version. ok is false if it is none.
func parseNumber(text string) (n number, ok bool) {
	v, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return n, false
	}
	if v.Cmp(oldBase) < 0 {
		v.Add(v, oldBase)
	}
	var words [24]byte
	switch {
	case v.Cmp(oldEnd) < 0:
		v.FillBytes(words[:])
		return n.parseOld(words)
	case v.Cmp(newStart) <= 0 || v.Cmp(newEnd) >= 0:
		return n, false
	}
	v.FillBytes(words[:])
	return n.parseNew(words)
}

// parseOld reads the layout of version 0: 1 | created, 9 digits | 00 | 16 random | shard, 4.
func (n number) parseOld(b [24]byte) (number, bool) {
	n.created = int64(binary.BigEndian.Uint64(b[8:16]) >> 24 & (1<<36 - 1))
	n.shard = int32(binary.BigEndian.Uint16(b[22:]))
	return n, n.created < lastCreated
}

// parseNew reads the layout of versions 1 and 2.
func (n number) parseNew(b [24]byte) (number, bool) {
	high, middle, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:16]), binary.BigEndian.Uint64(b[16:])
	n.version = int(low & 0xf)
	n.created = int64(high >> 20 & (1<<36 - 1))
	n.shard = int32(low >> 4)
	switch n.version {
	case 1: // 2 | created, 9 | 1 | 00 | time, 9 | 14 random | 2 | shard, 8 | 1
		n.time = int64(high&0xff)<<28 | int64(middle>>36)
		return n, true
	case 2:
		n.time = int64(middle&0xff)<<28 | int64(low>>36)
		counter := high<<48 | middle>>16
		return n, counter>>63 == 0 && n.created < lastCreated
	}
	return n, false
}

// checkOrdering checks a SequenceNumberForOrdering: it must be a number that may
// have been given out by now. The order itself comes from putting records to a
// shard one after the other, each of which is answered once it is in place.
func (s *Server) checkOrdering(v *view, text *string) error {
	if text == nil {
		return nil
	}
	n, ok := parseNumber(*text)
	if !ok || time.Unix(n.time, 0).After(s.cfg.Now()) {
		return wire.Errorf(codeInvalidArgument, "ExclusiveMinimumSequenceNumber %s used in PutRecord on stream %s under account %s is invalid.",
			*text, v.Name, v.Scope.Account)
	}
	return nil
}
