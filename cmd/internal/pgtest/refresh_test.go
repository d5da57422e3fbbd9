//go:build postgres && linux

package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"kinesql/cmd/internal/engine"
	"kinesql/sql/diag"
)

// live is a query that runs while rows are written to it.
type live struct {
	in       *io.PipeWriter
	out      *bufio.Scanner
	ended    chan error
	mu       sync.Mutex
	warnings []string
}

// run starts a script that reads stdin.
func run(t *testing.T, text string) *live {
	in, write := io.Pipe()
	read, out := io.Pipe()
	l := &live{in: write, out: bufio.NewScanner(read), ended: make(chan error, 1)}
	e, err := engine.New(engine.Config{Stdin: in, Stdout: out})
	if err != nil {
		t.Fatal(err)
	}
	e.OnWarning(func(s string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.warnings = append(l.warnings, s)
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	go func() {
		err := e.RunScript(ctx, &diag.Source{Name: "app.sql", Text: text}, &engine.Writer{W: out, Format: jsonLines})
		out.CloseWithError(io.EOF)
		in.CloseWithError(io.ErrClosedPipe)
		e.Close()
		l.ended <- err
	}()
	return l
}

// ask sends a row and returns the one that comes out.
func (l *live) ask(t *testing.T) string {
	t.Helper()
	if _, err := io.WriteString(l.in, "{\"k\":1}\n"); err != nil || !l.out.Scan() {
		t.Fatal("the query has ended:", <-l.ended)
	}
	return l.out.Text()
}

// until asks until the row is the wanted one.
func (l *live) until(t *testing.T, want string) {
	t.Helper()
	got := ""
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		if got = l.ask(t); got == want {
			return
		}
	}
	t.Fatalf("got %s, want %s", got, want)
}

// warned waits until a warning has come, and returns all.
func (l *live) warned(t *testing.T) string {
	t.Helper()
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		l.ask(t)
		l.mu.Lock()
		all := strings.Join(l.warnings, "\n")
		l.mu.Unlock()
		if all != "" {
			return all
		}
	}
	t.Fatal("no warning came")
	return ""
}

// TestRefresh joins a stream with a table that changes, goes away and comes back.
func TestRefresh(t *testing.T) {
	t.Setenv("PGPASSWORD", password)
	admin(t, "DROP TABLE IF EXISTS names, gone; CREATE TABLE names (k int PRIMARY KEY, name text); INSERT INTO names VALUES (1, 'one')")
	l := run(t, `CREATE STREAM s (k INT) WITH (connector='stdio', format='json');
CREATE TABLE names (k INT PRIMARY KEY, name VARCHAR) `+with("table='names', refresh='20ms'")+`;
SELECT s.k, n.name FROM s LEFT JOIN names AS n ON s.k = n.k;`)
	l.until(t, `{"k":1,"name":"one"}`)
	admin(t, "UPDATE names SET name = 'uno' WHERE k = 1")
	l.until(t, `{"k":1,"name":"uno"}`)
	admin(t, "ALTER TABLE names RENAME TO gone")
	want := fmt.Sprintf(`warning: names: KSQL-4202: table "names" could not be read again and stays as it was: PostgreSQL at 127.0.0.1:%d/postgres: relation "names" does not exist (SQLSTATE 42P01)`, started.port)
	if got := l.warned(t); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := l.ask(t), `{"k":1,"name":"uno"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	admin(t, "UPDATE gone SET name = 'eins'; ALTER TABLE gone RENAME TO names")
	l.until(t, `{"k":1,"name":"eins"}`)
	admin(t, "DELETE FROM names")
	l.until(t, `{"k":1,"name":null}`)
	l.in.Close()
	if err := <-l.ended; err != nil {
		t.Fatal(err)
	}
	if len(l.warnings) != 1 {
		t.Errorf("one warning a minute is enough, got %q", l.warnings)
	}
}

// TestCancel ends a query while PostgreSQL still works on its table.
func TestCancel(t *testing.T) {
	t.Setenv("PGPASSWORD", password)
	e, err := engine.New(engine.Config{Stdout: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	err = e.RunScript(ctx, &diag.Source{Name: "app.sql", Text: "CREATE TABLE t (k INT) " + with("query='SELECT 1 AS k FROM pg_sleep(20)'") + "; SELECT * FROM t;"},
		&engine.Writer{W: io.Discard, Format: jsonLines})
	if took := time.Since(start); took > 10*time.Second || err == nil || strings.Contains(err.Error(), "raise the option") {
		t.Errorf("it took %s and ended with %v", took, err)
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		left := script(t, 1, "CREATE TABLE a (n BIGINT) "+with("query='SELECT COUNT(*) AS n FROM pg_stat_activity WHERE query LIKE ''%pg_sleep(20)'' AND state = ''active'''")+"; SELECT * FROM a;")
		if left == "{\"n\":0}\n" {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the SELECT still runs:", left)
		}
	}
}
