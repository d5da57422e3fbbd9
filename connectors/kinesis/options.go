package kinesis

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kinesql/connectors"
	"kinesql/connectors/format"
)

// options are those that both connectors have.
type options struct {
	format string
	from   From
	key    string // the expression of the partition key; empty: random
}

// The names of options.
const (
	shardsOption    = "shards"
	retentionOption = "retention"
	startOption     = "start"
	timeOption      = "start.timestamp"
	boundedOption   = "bounded"
	keyOption       = "partition_key"
	formatOption    = "format"
)

// Marks returns the options that say of a stream without a connector that it is
// made of shards.
func Marks() []string {
	return []string{shardsOption, retentionOption, startOption, timeOption, boundedOption, keyOption, formatOption}
}

func readOptions(o connectors.Options) (opts options, err error) {
	o.Lookup("connector")
	if opts.format = strings.ToLower(o.String(formatOption, "json")); opts.format == "jsonl" {
		opts.format = "json"
	}
	if v, given := o.Lookup(keyOption); given && strings.TrimSpace(v) == "" {
		return opts, &connectors.OptionError{Key: keyOption, Message: "want an expression over the columns, such as user_id"}
	} else if given {
		opts.key = v
	}
	if opts.from.Bounded, err = o.Bool(boundedOption, false); err != nil {
		return opts, err
	}
	opts.from, err = readFrom(o, opts.from)
	return opts, err
}

var starts = []string{TrimHorizon: "trim_horizon", Latest: "latest", AtTimestamp: "at_timestamp"}

func readFrom(o connectors.Options, from From) (From, error) {
	word, err := o.Enum(startOption, starts[TrimHorizon], starts...)
	if err != nil {
		return from, err
	}
	for place, name := range starts {
		if name == word {
			from.Place = Place(place)
		}
	}
	text, given := o.Lookup(timeOption)
	if given != (from.Place == AtTimestamp) {
		return from, &connectors.OptionError{Key: timeOption, Message: "belongs with start='at_timestamp', and is required there"}
	}
	if given {
		from.Time, err = parseTime(text)
	}
	if from.Bounded && from.Place == Latest && err == nil {
		err = &connectors.OptionError{Key: startOption, Message: "'latest' and bounded='true' leave nothing to read"}
	}
	return from, err
}

// parseTime reads ISO 8601 or a number since 1970.
func parseTime(text string) (time.Time, error) {
	parse, err := format.NewTimeParser("auto")
	if err != nil {
		return time.Time{}, err
	}
	micros, ok := parse([]byte(text))
	if !ok {
		return time.Time{}, &connectors.OptionError{Key: timeOption,
			Message: fmt.Sprintf("want a time such as 2026-01-02T03:04:05Z or seconds since 1970, got %q", text)}
	}
	return time.UnixMicro(micros).UTC(), nil
}

// The limits of Kinesis Data Streams.
const (
	maxShards    = 10_000
	minRetention = 24 * time.Hour
	maxRetention = 365 * 24 * time.Hour
)

func readCreated(o connectors.Options) (c created, err error) {
	if o.Given(shardsOption) {
		n, err := o.Int(shardsOption, defaultShards, 1, maxShards)
		if err != nil {
			return c, err
		}
		c.shards = int(n)
	}
	o.Lookup(shardsOption)
	text, given := o.Lookup(retentionOption)
	if given {
		c.retention, err = parseRetention(text)
	}
	return c, err
}

// parseRetention reads a length of time that may be in days: 24h, 7d, 7 days.
func parseRetention(text string) (time.Duration, error) {
	plain := strings.ReplaceAll(strings.ToLower(text), " ", "")
	number, isDays := plain, false
	for _, unit := range []string{"days", "day", "d"} {
		if n, ok := strings.CutSuffix(plain, unit); ok {
			number, isDays = n, true
			break
		}
	}
	var d time.Duration
	var err error
	if isDays {
		var n int
		n, err = strconv.Atoi(number)
		d = time.Duration(min(max(n, -1), 1000)) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(plain)
	}
	if err != nil || d < minRetention || d > maxRetention || d%time.Hour != 0 {
		return 0, &connectors.OptionError{Key: retentionOption, Message: fmt.Sprintf("want 24h to 365d in whole hours, got %q", text)}
	}
	return d, nil
}
