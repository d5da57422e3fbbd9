package kds

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client speaks the JSON protocol over HTTP/1.1. Its signature is well-formed but
// signs nothing, which servers without keys take.
type client struct {
	url  string
	http *http.Client
}

func newClient(url string, connections int) *client {
	return &client{url, &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true,
		ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10,
	}}}
}

func (c *client) request(ctx context.Context, op string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	req.Header.Set("X-Amz-Target", "Kinesis_20131202."+op)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Date", now.Format("20060102T150405Z"))
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDBENCH/"+now.Format("20060102")+
		"/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(res.Body, 400))
		return nil, fmt.Errorf("%s: %s: %s", op, res.Status, text)
	}
	return res, nil
}

// call sends a body and appends the answer to buf.
func (c *client) call(ctx context.Context, op string, body []byte, buf *bytes.Buffer) error {
	res, err := c.request(ctx, op, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = buf.ReadFrom(res.Body)
	return err
}

// ask is call with JSON on both sides, for what is not measured.
func (c *client) ask(ctx context.Context, op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := c.call(ctx, op, body, &buf); err != nil || out == nil {
		return err
	}
	return json.Unmarshal(buf.Bytes(), out)
}

// create makes a stream and waits until it takes records.
func (c *client) create(ctx context.Context, stream string, shards int) error {
	if err := c.ask(ctx, "CreateStream", map[string]any{"StreamName": stream, "ShardCount": shards}, nil); err != nil {
		return err
	}
	for range 600 {
		var out struct {
			StreamDescriptionSummary struct{ StreamStatus, StreamARN string }
		}
		if err := c.ask(ctx, "DescribeStreamSummary", map[string]any{"StreamName": stream}, &out); err != nil {
			return err
		}
		if out.StreamDescriptionSummary.StreamStatus == "ACTIVE" {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("stream %s does not become active", stream)
}

func (c *client) shards(ctx context.Context, stream string) ([]string, error) {
	var out struct{ Shards []struct{ ShardId string } }
	err := c.ask(ctx, "ListShards", map[string]any{"StreamName": stream}, &out)
	var ids []string
	for _, s := range out.Shards {
		ids = append(ids, s.ShardId)
	}
	return ids, err
}

func (c *client) fromStart(ctx context.Context, stream, shard string) (string, error) {
	var out struct{ ShardIterator string }
	err := c.ask(ctx, "GetShardIterator", map[string]any{
		"StreamName": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON",
	}, &out)
	return out.ShardIterator, err
}

// value cuts a string or number out of JSON without decoding the rest; "" if the
// key is not there.
func value(answer []byte, key string) string {
	_, after, ok := bytes.Cut(answer, []byte(`"`+key+`":`))
	if !ok {
		return ""
	}
	end := bytes.IndexAny(after, ",}")
	if end < 0 {
		return ""
	}
	return string(bytes.Trim(bytes.TrimSpace(after[:end]), `"`))
}
