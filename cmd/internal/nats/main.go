// Command nats measures NATS JetStream as a log, server and client in this one
// process: messages published to a stream in files, read back and counted. It
// prints one line of JSON. kinesql-bench runs it; it is a module of its own so
// that its dependencies are not KineSQL's.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

type result struct {
	Version  string        `json:"version"`
	Messages int           `json:"messages"`
	Took     time.Duration `json:"took"` // ns
	CPU      time.Duration `json:"cpu"`  // ns, of server and client
	Verified bool          `json:"verified"`
}

func main() {
	size := flag.Int("size", 100, "bytes of a message")
	duration := flag.Duration("duration", 5*time.Second, "how long to publish")
	sync := flag.Bool("sync", false, "sync every message to the disk")
	dir := flag.String("dir", "", "folder for the stream")
	flag.Parse()
	out, err := measure(*dir, *size, *duration, *sync)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		os.Exit(1)
	}
}

func measure(dir string, size int, d time.Duration, sync bool) (result, error) {
	s, err := server.NewServer(&server.Options{JetStream: true, StoreDir: dir, DontListen: true, NoSigs: true, SyncAlways: sync})
	if err != nil {
		return result{}, err
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		return result{}, fmt.Errorf("NATS does not start")
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return result{}, err
	}
	defer conn.Close()
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(4000))
	if err != nil {
		return result{}, err
	}
	ctx := context.Background()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "bench", Subjects: []string{"bench"}, Storage: jetstream.FileStorage})
	if err != nil {
		return result{}, err
	}
	return publish(ctx, js, stream, make([]byte, size), d)
}

func publish(ctx context.Context, js jetstream.JetStream, stream jetstream.Stream, message []byte, d time.Duration) (result, error) {
	before, start, n := cpu(), time.Now(), 0
	for ; time.Since(start) < d; n++ {
		if _, err := js.PublishAsync("bench", message, jetstream.WithStallWait(time.Minute)); err != nil {
			return result{}, err
		}
	}
	<-js.PublishAsyncComplete()
	out := result{Version: server.VERSION, Messages: n, Took: time.Since(start), CPU: cpu() - before}
	info, err := stream.Info(ctx)
	if err != nil {
		return result{}, err
	}
	out.Verified = info.State.Msgs == uint64(n)
	return out, nil
}

func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
