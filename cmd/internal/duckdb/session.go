package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	_ "github.com/marcboeker/go-duckdb" // the driver "duckdb"
)

// request is a line of input.
type request struct {
	SQL    string `json:"sql"`
	Format string `json:"format"` // "rows", the default, or "none"
}

// header is the first line of an answer with rows.
type header struct {
	Columns []string `json:"columns"`
	Types   []string `json:"types"`
}

// end is the last line of an answer.
type end struct {
	Rows  int64  `json:"rows"`
	CPU   *int64 `json:"cpu_us,omitempty"`
	Wall  *int64 `json:"wall_us,omitempty"`
	Peak  *int64 `json:"peak_rss_bytes,omitempty"`
	Error string `json:"error,omitempty"`
}

// session is one in-memory database on one connection.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	timed bool
	out   *bufio.Writer
}

func open(threads int, timed bool, out io.Writer) (*session, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open an in-memory database: %w", err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the in-memory database: %w", err), db.Close())
	}
	s := &session{db: db, conn: conn, timed: timed, out: bufio.NewWriterSize(out, 1<<16)}
	if threads == 0 {
		return s, nil
	}
	if _, err := conn.ExecContext(context.Background(), fmt.Sprintf("SET threads = %d", threads)); err != nil {
		s.close()
		return nil, fmt.Errorf("set threads to %d: %w", threads, err)
	}
	return s, nil
}

func (s *session) close() {
	s.conn.Close()
	s.db.Close()
}

// answer runs one request. It reports whether the statement succeeded; its error
// is one of writing the answer.
func (s *session) answer(line []byte) (bool, error) {
	before := measure()
	rows, err := s.perform(line)
	last := end{Rows: rows}
	if err != nil {
		last.Error = err.Error()
	}
	if s.timed {
		last.add(before, measure())
	}
	if err := s.line(last); err != nil {
		return false, err
	}
	return err == nil, s.out.Flush()
}

func (e *end) add(before, after used) {
	cpu, wall := after.cpu-before.cpu, after.at.Sub(before.at)
	cpuMicros, wallMicros, peak := cpu.Microseconds(), wall.Microseconds(), after.peak
	e.CPU, e.Wall, e.Peak = &cpuMicros, &wallMicros, &peak
}

// used is what the process has used until now.
type used struct {
	at   time.Time
	cpu  time.Duration
	peak int64
}

func (s *session) perform(line []byte) (int64, error) {
	var q request
	if err := json.Unmarshal(line, &q); err != nil {
		return 0, fmt.Errorf("request is not a JSON object with \"sql\": %w", err)
	}
	if q.Format != "" && q.Format != "rows" && q.Format != "none" {
		return 0, fmt.Errorf("format %q: want rows or none", q.Format)
	}
	rows, err := s.conn.QueryContext(context.Background(), q.SQL)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if q.Format == "none" {
		return 0, rows.Close()
	}
	return s.print(rows)
}

func (s *session) print(rows *sql.Rows) (int64, error) {
	names, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	head := header{Columns: names, Types: make([]string, len(types))}
	for i, t := range types {
		head.Types[i] = t.DatabaseTypeName()
	}
	if err := s.line(head); err != nil {
		return 0, err
	}
	return s.printRows(rows, head.Types)
}

func (s *session) printRows(rows *sql.Rows, types []string) (int64, error) {
	values, places := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		places[i] = &values[i]
	}
	var n int64
	var buf []byte
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return n, err
		}
		buf = append(appendRow(buf[:0], values, types), '\n')
		if _, err := s.out.Write(buf); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

func (s *session) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(text, '\n'))
	return err
}
