package scripttest

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/shard"
)

// put appends records to a stream: to the shard of their key, or to the one named.
func (b *bench) put(s *step) ([]string, error) {
	st, err := b.stream(s.args[0])
	if err != nil {
		return nil, err
	}
	number, key := -1, ""
	for _, a := range s.args[1:] {
		name, value, _ := strings.Cut(a, "=")
		switch {
		case name == "key" && value != "":
			key = value
		case name == "shard":
			if number, err = openShard(st, value); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("%q: want shard=N or key=K", a)
		}
	}
	for i, line := range s.input {
		if err := b.append(st, number, key, i, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", s.line+1+i, err)
		}
	}
	return nil, b.settle()
}

// append appends one record. Without a key each line has one of its own, so that
// lines spread over the shards, each time alike.
func (b *bench) append(st *shard.Stream, number int, key string, i int, line string) error {
	if key == "" {
		key = "line-" + strconv.Itoa(i)
	}
	if number < 0 {
		h := shard.HashKey([]byte(key))
		number = slices.IndexFunc(st.Shards, func(sh shard.Shard) bool { return sh.Open() && sh.Range.Contains(h) })
	}
	g := []shard.Group{{
		Shard: st.Shards[number].Index, Count: 1, Payload: shard.AppendRecord(nil, []byte(key), []byte(line)),
	}}
	if err := b.log.Append(b.ctx, st.ID, g); err != nil {
		return err
	}
	return g[0].Err
}

func (b *bench) stream(name string) (*shard.Stream, error) {
	st, err := b.log.Lookup(engine.DefaultScope, name)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w (only streams without a connector have shards)", name, err)
	}
	return st, nil
}

// openShard finds a shard by its number, which counts from 0 and never changes.
func openShard(st *shard.Stream, text string) (int, error) {
	n, err := strconv.Atoi(text)
	at := slices.IndexFunc(st.Shards, func(sh shard.Shard) bool { return int(sh.Index) == n })
	if err != nil || at < 0 || !st.Shards[at].Open() {
		var open []string
		for _, sh := range st.Shards {
			if sh.Open() {
				open = append(open, strconv.Itoa(int(sh.Index)))
			}
		}
		return 0, fmt.Errorf("%q is no open shard; open are %s", text, strings.Join(open, ", "))
	}
	return at, nil
}

// split closes a shard and opens two in its place.
func (b *bench) split(s *step) ([]string, error) {
	st, err := b.stream(s.args[0])
	if err != nil {
		return nil, err
	}
	at, err := openShard(st, s.args[1])
	if err != nil {
		return nil, err
	}
	whole := st.Shards[at].Range
	if whole.Start == whole.End {
		return nil, fmt.Errorf("shard %s has a single hash key", s.args[1])
	}
	middle, err := half(whole)
	if err != nil {
		return nil, err
	}
	opening := []shard.HashRange{{Start: whole.Start, End: middle}, {Start: middle.Next(), End: whole.End}}
	if _, err := b.log.Reshard(st.ID, []uint32{st.Shards[at].Index}, opening); err != nil {
		return nil, err
	}
	return nil, b.settle()
}

// half is the hash key in the middle of a range.
func half(r shard.HashRange) (shard.Hash, error) {
	sum := new(big.Int).Add(r.Start.Big(), r.End.Big())
	return shard.ParseHash(sum.Rsh(sum, 1).String())
}

// merge closes two neighbours and opens one in their place.
func (b *bench) merge(s *step) ([]string, error) {
	st, err := b.stream(s.args[0])
	if err != nil {
		return nil, err
	}
	var both []shard.Shard
	for _, arg := range s.args[1:] {
		at, err := openShard(st, arg)
		if err != nil {
			return nil, err
		}
		both = append(both, st.Shards[at])
	}
	slices.SortFunc(both, func(a, b shard.Shard) int { return a.Range.Start.Compare(b.Range.Start) })
	if both[0].Range.End.Next() != both[1].Range.Start {
		return nil, fmt.Errorf("shards %s and %s are no neighbours", s.args[1], s.args[2])
	}
	whole := shard.HashRange{Start: both[0].Range.Start, End: both[1].Range.End}
	if _, err := b.log.Reshard(st.ID, []uint32{both[0].Index, both[1].Index}, []shard.HashRange{whole}); err != nil {
		return nil, err
	}
	return nil, b.settle()
}

// idle makes a shard idle for all queries until its next record, without the clock.
func (b *bench) idle(s *step) ([]string, error) {
	st, err := b.stream(s.args[0])
	if err != nil {
		return nil, err
	}
	at, err := openShard(st, s.args[1])
	if err != nil {
		return nil, err
	}
	b.engine.Quiet(s.args[0], shard.Name(st.Shards[at].Index))
	return nil, b.settle()
}
