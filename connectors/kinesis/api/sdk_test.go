package api

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// serve runs a server on a port that speaks HTTP/1.1 and, with prior knowledge,
// HTTP/2, and returns an SDK client that uses one of the two.
func serve(t *testing.T, s *Server, http2 bool) *kinesis.Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: s, Protocols: protocols}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })

	client := &http.Transport{Protocols: new(http.Protocols)}
	client.Protocols.SetHTTP1(!http2)
	client.Protocols.SetUnencryptedHTTP2(http2)
	t.Cleanup(client.CloseIdleConnections)
	return kinesis.New(kinesis.Options{
		Region: testScope.Region, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		BaseEndpoint: aws.String("http://" + listener.Addr().String()), HTTPClient: &http.Client{Transport: steady{client}}, RetryMaxAttempts: 1,
	})
}

// steady gives the transport a request body of its own. The SDK closes its body as
// soon as there is an answer; if the transport is just making sure that the body has
// no more bytes than announced, it takes that for a failure and closes the connection.
type steady struct{ http.RoundTripper }

func (s steady) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body.Close()
	own := r.Clone(r.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	return s.RoundTripper.RoundTrip(own)
}

func TestSubscribeBySDK(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "h2c": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.stream("s", 1, consumersDocument)
			c := serve(t, b.Server, http2)
			out, err := c.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{
				ConsumerARN: aws.String(consumer1), ShardId: aws.String("shardId-000000000000"),
				StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest},
			})
			if err != nil { // it does not return before the first frame
				t.Fatal(err)
			}
			stream := out.GetStream()
			defer stream.Close()
			if _, err := c.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: aws.String("s"), PartitionKey: aws.String("a"), Data: []byte("data")}); err != nil {
				t.Fatal(err)
			}
			e := nextEvent(t, stream)
			if len(e.Records) != 1 || string(e.Records[0].Data) != "data" || aws.ToString(e.Records[0].PartitionKey) != "a" ||
				aws.ToString(e.ContinuationSequenceNumber) != aws.ToString(e.Records[0].SequenceNumber) ||
				!e.Records[0].ApproximateArrivalTimestamp.Equal(testNow) || e.Records[0].EncryptionType != "" || len(e.ChildShards) != 0 {
				t.Errorf("got %+v", e)
			}
			b.log.Reshard(1, []uint32{0}, shard.EvenRanges(2))
			if e = nextEvent(t, stream); len(e.ChildShards) != 2 || e.ContinuationSequenceNumber != nil || len(e.Records) != 0 {
				t.Errorf("at the end: %+v", e)
			}
			if e, more := <-stream.Events(); more || stream.Err() != nil {
				t.Errorf("after the end: %+v, %v", e, stream.Err())
			}
		})
	}
}

func nextEvent(t *testing.T, stream *kinesis.SubscribeToShardEventStream) types.SubscribeToShardEvent {
	t.Helper()
	select {
	case e, ok := <-stream.Events():
		if got, is := e.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent); ok && is {
			return got.Value
		}
		t.Fatalf("got %+v, %v", e, stream.Err())
	case <-time.After(10 * time.Second):
		t.Fatal("no event has come in 10 s")
	}
	panic("not reached")
}

// The place of a client that has gone is free for the next one.
func TestSubscriptionOfClientThatLeft(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "h2c": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.stream("s", 1, consumersDocument)
			c := serve(t, b.Server, http2)
			subscribe := func() (*kinesis.SubscribeToShardOutput, error) {
				return c.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{
					ConsumerARN: aws.String(consumer1), ShardId: aws.String("0"),
					StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest},
				})
			}
			out, err := subscribe()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := subscribe(); err == nil || !strings.Contains(err.Error(), "ResourceInUseException") {
				t.Errorf("a second subscription got %v", err)
			}
			out.GetStream().Close()
			for until := time.Now().Add(10 * time.Second); ; {
				if out, err = subscribe(); err == nil {
					out.GetStream().Close()
					return
				}
				if time.Now().After(until) {
					t.Fatalf("10 s after the client has gone: %v", err)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
}

// A closed server ends the answer in good order.
func TestServerClosesBySDK(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, consumersDocument)
	c := serve(t, b.Server, true)
	out, err := c.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{
		ConsumerARN: aws.String(consumer1), ShardId: aws.String("0"), StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	if e, more := <-out.GetStream().Events(); more || out.GetStream().Err() != nil {
		t.Errorf("got %+v, %v", e, out.GetStream().Err())
	}
}
