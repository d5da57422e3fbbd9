package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

var kills = flag.Int("kills", 10, "servers under load that are killed")

// killed is what producers were told of the servers that were killed under them.
type killed struct {
	mu    sync.Mutex
	acked map[string]string // data by shard and sequence number
	sent  int
}

// TestServeIsKilled kills servers while producers put records, and then reads all of
// them: each record that was acknowledged is there once, under its sequence number, and no record half.
func TestServeIsKilled(t *testing.T) {
	dir, k := t.TempDir(), &killed{acked: map[string]string{}}
	for i := range *kills {
		server, client := startServer(t, dir)
		if i == 0 {
			_, err := client.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("clicks"), ShardCount: aws.Int32(3)})
			if err != nil {
				t.Fatal(err)
			}
			waitUntilActive(t, client)
		}
		k.load(t, server, client)
	}
	server, client := startServer(t, dir)
	k.check(t, client)
	stopServer(t, server)
	verify := exec.Command("kinesql", "shards", "verify", "--data-dir", dir)
	if out, err := verify.CombinedOutput(); err != nil || !strings.Contains(string(out), "no problems") {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%d records acknowledged by %d servers", len(k.acked), *kills)
}

// startServer starts a server on a directory, and a client that does not try again:
// what was put twice would be there twice.
func startServer(t *testing.T, dir string) (*exec.Cmd, *kinesis.Client) {
	t.Helper()
	server := exec.Command("kinesql", "serve", "--listen", "127.0.0.1:0", "--data-dir", dir)
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		_, rest, ok := strings.Cut(lines.Text(), "serving the Kinesis API on ")
		if !ok {
			continue
		}
		endpoint, _, _ := strings.Cut(rest, ",")
		go io.Copy(io.Discard, stderr)
		return server, kinesis.New(kinesis.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(endpoint), RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		})
	}
	t.Fatalf("the server did not start: %v", server.Wait())
	return nil, nil
}

func stopServer(t *testing.T, server *exec.Cmd) {
	t.Helper()
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err == nil {
		t.Fatal("the server ended by itself")
	}
}

func waitUntilActive(t *testing.T, client *kinesis.Client) {
	t.Helper()
	for {
		out, err := client.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("clicks")})
		if err != nil {
			t.Fatal(err)
		}
		if out.StreamDescriptionSummary.StreamStatus == types.StreamStatusActive {
			return
		}
	}
}

// load has producers put records, and kills the server after some requests.
func (k *killed) load(t *testing.T, server *exec.Cmd, client *kinesis.Client) {
	t.Helper()
	requests := make(chan struct{})
	var producers sync.WaitGroup
	for range 4 {
		producers.Go(func() {
			for k.put(client) == nil {
				requests <- struct{}{}
			}
		})
	}
	go func() {
		producers.Wait()
		close(requests)
	}()
	for range 1 + rand.IntN(60) {
		if _, more := <-requests; !more {
			t.Fatal("the server does not answer")
		}
	}
	stopServer(t, server)
	for range requests { // what it had answered
	}
}

// put puts some records, and notes those that were acknowledged.
func (k *killed) put(client *kinesis.Client) error {
	in := &kinesis.PutRecordsInput{StreamName: aws.String("clicks")}
	k.mu.Lock()
	for range 1 + rand.IntN(40) {
		k.sent++
		in.Records = append(in.Records, types.PutRecordsRequestEntry{PartitionKey: aws.String(fmt.Sprint(k.sent)), Data: killedData(k.sent)})
	}
	k.mu.Unlock()
	out, err := client.PutRecords(context.Background(), in)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, r := range out.Records {
		if r.ErrorCode == nil {
			k.acked[*r.ShardId+" "+*r.SequenceNumber] = string(in.Records[i].Data)
		}
	}
	return nil
}

// killedData is a record that shows whether it is whole.
func killedData(n int) []byte {
	head := fmt.Sprintf("%d ", n)
	return append([]byte(head), fmt.Sprintf("%s%x", strings.Repeat(head, n%100), sha256.Sum256([]byte(head)))...)
}

// check reads all shards.
func (k *killed) check(t *testing.T, client *kinesis.Client) {
	t.Helper()
	seen, read := map[string]bool{}, map[string]string{}
	for shard := range 3 {
		name := fmt.Sprintf("shardId-%012d", shard)
		last := ""
		readShard(t, client, name, func(r types.Record) {
			var n int
			if _, err := fmt.Sscan(string(r.Data), &n); err != nil || string(r.Data) != string(killedData(n)) || seen[string(r.Data)] {
				t.Fatalf("%s: record %q is not whole, or comes twice", name, r.Data)
			}
			seen[string(r.Data)] = true
			if *r.SequenceNumber <= last { // all of one length
				t.Fatalf("%s: %s comes after %s", name, *r.SequenceNumber, last)
			}
			last = *r.SequenceNumber
			read[name+" "+last] = string(r.Data)
		})
	}
	for place, data := range k.acked {
		if read[place] != data {
			t.Fatalf("%s: %q was acknowledged, and %q is there", place, data, read[place])
		}
	}
}

func readShard(t *testing.T, client *kinesis.Client, name string, see func(types.Record)) {
	t.Helper()
	it, err := client.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{
		StreamName: aws.String("clicks"), ShardId: aws.String(name), ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	if err != nil {
		t.Fatal(err)
	}
	for next := it.ShardIterator; ; {
		out, err := client.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: next})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Records {
			see(r)
		}
		if len(out.Records) == 0 && *out.MillisBehindLatest == 0 {
			return
		}
		next = out.NextShardIterator
	}
}
