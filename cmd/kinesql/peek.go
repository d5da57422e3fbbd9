package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/spf13/cobra"

	"kinesql/connectors/format/encode"
	"kinesql/connectors/shard"
)

func newPeek() *cobra.Command {
	var (
		client clientFlags
		p      peeker
		from   string
		format string
	)
	cmd := &cobra.Command{
		Use:   "peek STREAM",
		Short: "Print the records of a stream",
		Long: `Print the records of a stream, shard by shard, parents before their children, and
end where the shards end now; with --follow go on with what comes. Records that
the Kinesis Producer Library has packed into one are unpacked.

In JSON a record whose data is JSON has it as it is; other data is a string, and
what is no UTF-8 is shown in base64 behind "base64:". With --format raw the data
alone is printed, a line each.`,
		Example: "  kinesql peek clicks\n  kinesql peek clicks --from 10m --follow\n  kinesql peek clicks --shard 3 --format raw --limit 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if p.start, err = parseStart(from, time.Now()); err != nil {
				return &status{exitUsage, err}
			}
			if err := p.chooseShard(); err != nil {
				return &status{exitUsage, err}
			}
			if cmd.Flags().Changed("limit") && p.limit < 1 {
				return &status{exitUsage, fmt.Errorf("--limit: want at least 1 record, got %d", p.limit)}
			}
			if p.print, err = newPrinter(cmd.OutOrStdout(), format); err != nil {
				return &status{exitUsage, err}
			}
			if p.client, err = client.client(cmd.Context()); err != nil {
				return err
			}
			p.stream = args[0]
			return client.fail(p.run(cmd.Context()))
		},
	}
	client.add(cmd)
	cmd.Flags().StringSliceVar(&p.only, "shard", nil, "only these shards, such as shardId-000000000003 or 3")
	cmd.Flags().StringVar(&from, "from", "trim_horizon", "where to start: trim_horizon, latest, a time such as 2026-01-01T00:00:00Z, how long ago such as 10m, or a sequence number")
	cmd.Flags().Int64Var(&p.limit, "limit", 0, "end after this many records")
	cmd.Flags().BoolVarP(&p.follow, "follow", "f", false, "go on with records that come, until ctrl-c")
	cmd.Flags().StringVar(&format, "format", "", "output format: raw, "+strings.Join(encode.Names(), ", ")+" (default: table on a terminal, jsonl in a pipe)")
	return cmd
}

// start is where reading starts.
type start struct {
	kind     types.ShardIteratorType
	at       *time.Time
	sequence *string
}

// parseStart reads --from.
func parseStart(text string, now time.Time) (start, error) {
	switch strings.ToLower(text) {
	case "trim_horizon", "earliest":
		return start{kind: types.ShardIteratorTypeTrimHorizon}, nil
	case "latest":
		return start{kind: types.ShardIteratorTypeLatest}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		at := now.Add(-ago)
		return start{kind: types.ShardIteratorTypeAtTimestamp, at: &at}, nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return start{kind: types.ShardIteratorTypeAtTimestamp, at: &at}, nil
	}
	if len(text) > 20 && strings.Trim(text, "0123456789") == "" {
		return start{kind: types.ShardIteratorTypeAtSequenceNumber, sequence: &text}, nil
	}
	return start{}, fmt.Errorf("--from: want trim_horizon, latest, a time such as 2026-01-01T00:00:00Z, how long ago such as 10m, or a sequence number, got %q", text)
}

// chooseShard takes the shard from a sequence number, which tells it.
func (p *peeker) chooseShard() error {
	if p.start.sequence == nil || len(p.only) > 0 {
		return nil
	}
	q, err := shard.ParseSequence(*p.start.sequence)
	if err != nil {
		return fmt.Errorf("--from %s: this number does not tell its shard: give --shard too", *p.start.sequence)
	}
	p.only = []string{shard.Name(q.Shard)}
	return nil
}

// peeker reads shards and prints their records.
type peeker struct {
	client *kinesis.Client
	stream string
	only   []string
	start  start
	limit  int64
	follow bool
	print  printer

	printed int64
	open    []*shardReader
	known   map[string]bool
}

// pollEvery is how often a shard is asked that had nothing new: Kinesis allows five
// times a second, and there may be other readers.
const pollEvery = 250 * time.Millisecond

func (p *peeker) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := p.find(ctx)
	if err == nil && p.follow {
		err = p.followAll(ctx)
	} else if err == nil {
		err = p.readAll(ctx)
	}
	if errors.Is(err, errEnough) || ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, p.print.close())
}

// errEnough ends reading at the limit.
var errEnough = errors.New("as many records as were asked for")

// find makes a reader for each shard that is asked for.
func (p *peeker) find(ctx context.Context) error {
	shards, err := allShards(ctx, p.client, p.stream)
	if err != nil {
		return err
	}
	p.known = map[string]bool{}
	for _, s := range shards {
		if p.wanted(*s.ShardId) {
			p.add(*s.ShardId, p.start)
		}
	}
	if len(p.open) == 0 {
		return fmt.Errorf("stream %s has no shard %s; kinesql streams describe %s lists them", p.stream, strings.Join(p.only, ", "), p.stream)
	}
	return nil
}

func (p *peeker) wanted(id string) bool {
	for _, o := range p.only {
		if o == id || fmt.Sprintf("shardId-%012s", o) == id {
			return true
		}
	}
	return len(p.only) == 0
}

func (p *peeker) add(id string, from start) {
	if !p.known[id] {
		p.known[id] = true
		p.open = append(p.open, &shardReader{p: p, id: id, from: from})
	}
}

// readAll reads each shard up to its end of now.
func (p *peeker) readAll(ctx context.Context) error {
	for _, r := range p.open {
		for {
			_, behind, err := r.poll(ctx)
			if err != nil {
				return err
			}
			if r.done || behind == 0 {
				break
			}
		}
	}
	return nil
}

// followAll reads the shards in turn, and those that a split or merge makes.
func (p *peeker) followAll(ctx context.Context) error {
	for len(p.open) > 0 {
		got := 0
		for _, r := range p.open {
			n, _, err := r.poll(ctx)
			if err != nil {
				return err
			}
			got += n
		}
		p.replace()
		if got > 0 {
			continue
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// replace puts children in the place of shards that have ended. With --shard the
// reader asked for certain shards and gets no others.
func (p *peeker) replace() {
	open := p.open
	p.open = nil
	for _, r := range open {
		if !r.done {
			p.open = append(p.open, r)
		}
	}
	for _, r := range open {
		for _, c := range r.children {
			if len(p.only) == 0 {
				p.add(*c.ShardId, start{kind: types.ShardIteratorTypeTrimHorizon})
			}
		}
		r.children = nil
	}
}

// shardReader reads one shard.
type shardReader struct {
	p        *peeker
	id       string
	from     start
	iterator *string
	last     *string // sequence number of the last record
	done     bool    // the shard is closed and has been read
	children []types.ChildShard
}

// poll asks once and prints what came.
func (r *shardReader) poll(ctx context.Context) (got int, behind int64, err error) {
	if r.done {
		return 0, 0, nil
	}
	if r.iterator == nil {
		if err := r.seek(ctx); err != nil {
			return 0, 0, err
		}
	}
	out, err := r.p.client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: r.iterator})
	var expired *types.ExpiredIteratorException
	if errors.As(err, &expired) { // the terminal was stopped for minutes
		r.iterator = nil
		return 0, 1, nil
	}
	if err != nil {
		return 0, 0, err
	}
	r.iterator, r.children = out.NextShardIterator, out.ChildShards
	r.done = out.NextShardIterator == nil
	if n := len(out.Records); n > 0 {
		r.last = out.Records[n-1].SequenceNumber
	}
	return len(out.Records), aws.ToInt64(out.MillisBehindLatest), r.p.show(r.id, out.Records)
}

// seek gets an iterator behind the last record, or at the start.
func (r *shardReader) seek(ctx context.Context) error {
	in := &kinesis.GetShardIteratorInput{
		StreamName: aws.String(r.p.stream), ShardId: aws.String(r.id),
		ShardIteratorType: r.from.kind, Timestamp: r.from.at, StartingSequenceNumber: r.from.sequence,
	}
	if r.last != nil {
		in.ShardIteratorType, in.Timestamp, in.StartingSequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, nil, r.last
	}
	out, err := r.p.client.GetShardIterator(ctx, in)
	if err != nil {
		return err
	}
	r.iterator = out.ShardIterator
	return nil
}

// show prints records up to the limit.
func (p *peeker) show(shard string, records []types.Record) error {
	for _, rec := range records {
		for _, one := range unpack(rec) {
			if p.limit > 0 && p.printed == p.limit {
				return errEnough
			}
			if err := p.print.record(shard, one); err != nil {
				return err
			}
			p.printed++
		}
	}
	if p.limit > 0 && p.printed == p.limit {
		return errEnough
	}
	return p.print.flush()
}
