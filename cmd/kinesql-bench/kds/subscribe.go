package kds

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// register makes a consumer and waits until it is active.
func (c *client) register(ctx context.Context, stream, name string) (arn string, err error) {
	var summary struct {
		StreamDescriptionSummary struct{ StreamARN string }
	}
	if err := c.ask(ctx, "DescribeStreamSummary", map[string]any{"StreamName": stream}, &summary); err != nil {
		return "", err
	}
	var out struct{ Consumer struct{ ConsumerARN string } }
	in := map[string]any{"StreamARN": summary.StreamDescriptionSummary.StreamARN, "ConsumerName": name}
	if err := c.ask(ctx, "RegisterStreamConsumer", in, &out); err != nil {
		return "", err
	}
	for range 600 {
		var told struct {
			ConsumerDescription struct{ ConsumerStatus string }
		}
		if err := c.ask(ctx, "DescribeStreamConsumer", map[string]any{"ConsumerARN": out.Consumer.ConsumerARN}, &told); err != nil {
			return "", err
		}
		if told.ConsumerDescription.ConsumerStatus == "ACTIVE" {
			return out.Consumer.ConsumerARN, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", fmt.Errorf("consumer %s does not become active", name)
}

// subscribe hands the payload of each event of a subscription to f until ctx is
// done or the subscription ends. ready is called when the server has answered.
func (c *client) subscribe(ctx context.Context, arn, shard, from string, ready func(), f func(payload []byte) error) error {
	body, err := json.Marshal(map[string]any{"ConsumerARN": arn, "ShardId": shard, "StartingPosition": map[string]string{"Type": from}})
	if err != nil {
		return err
	}
	res, err := c.request(ctx, "SubscribeToShard", body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("SubscribeToShard: %s", res.Status)
	}
	in := bufio.NewReaderSize(res.Body, 256<<10)
	var frame []byte
	if frame, err = nextFrame(in, frame); err != nil { // initial-response
		return fmt.Errorf("SubscribeToShard: %w", err)
	}
	ready()
	for {
		if frame, err = nextFrame(in, frame); err != nil {
			if ctx.Err() != nil || errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if bytes.Contains(frame[:min(len(frame), 200)], []byte("exception")) {
			return fmt.Errorf("subscription of %s: %.300q", shard, frame)
		}
		if err := f(frame); err != nil {
			return err
		}
	}
}

// nextFrame reads an event-stream frame, checksums not compared, into buf.
func nextFrame(in io.Reader, buf []byte) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return buf, err
	}
	n := int(binary.BigEndian.Uint32(head[:])) - 4
	if n < 12 || n > 64<<20 {
		return buf, fmt.Errorf("a frame of %d bytes", n)
	}
	if cap(buf) < n {
		buf = make([]byte, n, n*2)
	}
	buf = buf[:n]
	_, err := io.ReadFull(in, buf)
	return buf, err
}
