package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// connections holds so many connections to the server at once, each of which asks,
// and asks again when all are there: connections 10000.
func connections(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: connections NUMBER")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	addr := strings.TrimPrefix(ts.Getenv("AWS_ENDPOINT_URL"), "http://")
	clients := make([]*client, n)
	ts.Check(each(n, func(i int) (err error) {
		if clients[i], err = dial(addr); err != nil {
			return err
		}
		return clients[i].ask()
	}))
	ts.Check(each(n, func(i int) error { return clients[i].ask() }))
	ts.Check(each(n, func(i int) error { return clients[i].Close() }))
}

// each calls f for 0 to n-1, a few at a time.
func each(n int, f func(i int) error) error {
	const workers = 32
	var all sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		all.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = f(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// client is one connection.
type client struct {
	net.Conn
	r *bufio.Reader
}

func dial(addr string) (*client, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{c, bufio.NewReaderSize(c, 512)}, nil
}

func (c *client) ask() error {
	if _, err := fmt.Fprint(c, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var status [64]byte
	n, _ := res.Body.Read(status[:]) // what has come is compared
	if got := string(status[:n]); got != "{\"status\":\"ok\"}\n" {
		return fmt.Errorf("%s: %q", res.Status, got)
	}
	return nil
}
