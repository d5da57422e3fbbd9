package scripttest

import (
	"maps"
	"slices"
)

// verb is a sort of step.
type verb struct {
	usage string
	least int // arguments
	most  int
	input bool // lines of input may follow
	shows bool // it has output
	run   func(*bench, *step) ([]string, error)
}

// verbs are all there are, by name.
var verbs map[string]*verb

func init() {
	verbs = map[string]*verb{
		"sql":     {usage: "sql, and statements below it", input: true, shows: true, run: (*bench).sql},
		"query":   {usage: "query [ordered], and a SELECT below it", most: 1, input: true, shows: true, run: (*bench).query},
		"put":     {usage: "put STREAM [shard=N] [key=K], and a record a line below it", least: 1, most: 3, input: true, run: (*bench).put},
		"rows":    {usage: "rows STREAM [ordered]", least: 1, most: 2, shows: true, run: (*bench).rows},
		"late":    {usage: "late PUMP", least: 1, most: 1, shows: true, run: (*bench).late},
		"errors":  {usage: "errors PUMP", least: 1, most: 1, shows: true, run: (*bench).failed},
		"clock":   {usage: "clock 2026-01-01T12:00:00Z", least: 1, most: 1, run: (*bench).setClock},
		"advance": {usage: "advance 10s", least: 1, most: 1, run: (*bench).advance},
		"idle":    {usage: "idle STREAM SHARD", least: 2, most: 2, run: (*bench).idle},
		"split":   {usage: "split STREAM SHARD", least: 2, most: 2, run: (*bench).split},
		"merge":   {usage: "merge STREAM SHARD SHARD", least: 3, most: 3, run: (*bench).merge},
	}
}

func verbNames() []string { return slices.Sorted(maps.Keys(verbs)) }
