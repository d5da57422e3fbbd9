package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/spf13/cobra"

	"kinesql/cmd/internal/terminal"
	"kinesql/window"
)

func newPut() *cobra.Command {
	var (
		client clientFlags
		p      putter
		quiet  bool
	)
	cmd := &cobra.Command{
		Use:   "put STREAM",
		Short: "Put the lines of standard input on a stream",
		Long: `Put each line of standard input, without its end, on a stream as one record. Lines
go in their order, up to 500 a request; a line waits at most a tenth of a second
for others. Records that the stream refuses for its rate limits are sent again. A
request whose answer was lost is sent again too: its records may then be there twice.`,
		Example: "  kinesql put clicks < clicks.jsonl\n  tail -F app.log | kinesql put logs --partition-key web1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.check(cmd.Flags().Changed("partition-key")); err != nil {
				return &status{exitUsage, err}
			}
			c, err := client.client(cmd.Context())
			if err != nil {
				return err
			}
			p.client, p.stream = c, args[0]
			return client.fail(p.run(cmd, quiet))
		},
	}
	client.add(cmd)
	cmd.Flags().StringVar(&p.key, "partition-key", "", "partition key of all records (default: a random one each, which spreads them over the shards)")
	cmd.Flags().IntVar(&p.retries, "retries", 10, "how often records are sent again that the stream refused")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress or summary on standard error")
	return cmd
}

const (
	maxLine      = 10 << 20 // the greatest record there is
	maxKey       = 256      // characters of a partition key
	batchRecords = 500      // of a request
	batchBytes   = 4 << 20  // of a request, below the limit of 10 MiB
	linger       = 100 * time.Millisecond
)

// putter sends lines as records, one request at a time so that they keep their order.
type putter struct {
	client  *kinesis.Client
	stream  string
	key     string
	retries int

	batch []types.PutRecordsRequestEntry
	size  int
	taken int64 // lines that were put into batches
	first int64 // line that the batch began with

	records, bytes, again atomic.Int64
}

// check judges the flags; keyed: there is a partition key.
func (p *putter) check(keyed bool) error {
	if p.retries < 0 {
		return fmt.Errorf("--retries: want 0 or more, got %d", p.retries)
	}
	if n := utf8.RuneCountInString(p.key); keyed && n == 0 || n > maxKey {
		return fmt.Errorf("--partition-key: want 1 to %d characters, got %d", maxKey, n)
	}
	return nil
}

func (p *putter) run(cmd *cobra.Command, quiet bool) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	progressTo := cmd.ErrOrStderr()
	if quiet {
		progressTo = io.Discard
	}
	begun := time.Now()
	progress := terminal.NewProgress(progressTo, p.reading)
	err := p.pump(ctx, cmd.InOrStdin())
	progress.Stop()
	if !quiet {
		fmt.Fprintln(cmd.ErrOrStderr(), p.summary(time.Since(begun)))
	}
	if err == nil && ctx.Err() != nil {
		return &status{code: exitInterrupted}
	}
	return err
}

func (p *putter) reading() terminal.Reading {
	return terminal.Reading{Records: p.records.Load(), Bytes: p.bytes.Load(), Errors: p.again.Load(), NoRows: true, Watermark: window.Min}
}

func (p *putter) summary(took time.Duration) string {
	text := fmt.Sprintf("%d records (%s) put on %s in %s", p.records.Load(), terminal.Bytes(float64(p.bytes.Load())), p.stream, terminal.Elapsed(took))
	if n := p.again.Load(); n > 0 {
		text += fmt.Sprintf(", %d sent again", n)
	}
	return text
}

// pump sends lines until they end or ctx is done; what was read by then is sent.
func (p *putter) pump(ctx context.Context, in io.Reader) error {
	lines, failed := readLines(ctx, in)
	due := time.NewTimer(linger)
	defer due.Stop()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return errors.Join(p.flush(ctx), <-failed)
			}
			if len(p.batch) == 0 {
				due.Reset(linger)
			}
			if err := p.add(ctx, line); err != nil {
				return err
			}
		case <-due.C:
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// readLines reads lines without their ends; then it tells why it ended.
func readLines(ctx context.Context, in io.Reader) (<-chan []byte, <-chan error) {
	lines, failed := make(chan []byte, batchRecords), make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(make([]byte, 64<<10), maxLine+1)
		n := 0
		for scanner.Scan() {
			n++
			select {
			case lines <- bytes.Clone(scanner.Bytes()):
			case <-ctx.Done():
				failed <- nil
				return
			}
		}
		err := scanner.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("line %d: it is longer than a record can be, %d bytes", n+1, maxLine)
		}
		failed <- err
	}()
	return lines, failed
}

// add puts a line into the batch, which is sent when it is full.
func (p *putter) add(ctx context.Context, line []byte) error {
	key := p.key
	if key == "" {
		key = rand.Text()
	}
	size := len(line) + len(key)
	if p.size+size > batchBytes {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	if p.taken++; len(p.batch) == 0 {
		p.first = p.taken
	}
	p.batch = append(p.batch, types.PutRecordsRequestEntry{Data: line, PartitionKey: aws.String(key)})
	p.size += size
	if len(p.batch) == batchRecords {
		return p.flush(ctx)
	}
	return nil
}

// flush sends the batch, and again what of it was refused.
func (p *putter) flush(ctx context.Context) error {
	pause := 50 * time.Millisecond
	for try := 0; len(p.batch) > 0; try++ {
		reason, err := p.send(context.WithoutCancel(ctx))
		if err != nil {
			return &placeError{fmt.Sprintf("lines %d to %d", p.first, p.taken), err}
		}
		if len(p.batch) == 0 {
			break
		}
		if try == p.retries {
			return fmt.Errorf("%d records were not taken after %d tries: %s", len(p.batch), try+1, reason)
		}
		p.again.Add(int64(len(p.batch)))
		select {
		case <-time.After(pause + mrand.N(pause)): // not in step with others
		case <-ctx.Done():
			return fmt.Errorf("%d records were not taken: %s", len(p.batch), reason)
		}
		pause = min(2*pause, 5*time.Second)
	}
	p.size = 0
	return nil
}

// send sends the batch once and leaves in it what was refused, and says why.
func (p *putter) send(ctx context.Context) (reason string, err error) {
	out, err := p.client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: aws.String(p.stream), Records: p.batch})
	if err != nil {
		return "", err
	}
	refused := p.batch[:0]
	for i, r := range out.Records {
		if r.ErrorCode != nil {
			reason = aws.ToString(r.ErrorCode) + ": " + aws.ToString(r.ErrorMessage)
			refused = append(refused, p.batch[i])
			continue
		}
		p.records.Add(1)
		p.bytes.Add(int64(len(p.batch[i].Data)))
	}
	p.batch = refused
	return reason, nil
}
