package main

import (
	"errors"
	"strings"

	"kinesql/sql/diag"
)

// between ends the last statement of a script before the next script.
const between = "\n;\n"

// join makes one script of several, so that they see each other's streams.
func join(scripts []*diag.Source) *diag.Source {
	texts := make([]string, len(scripts))
	for i, s := range scripts {
		texts[i] = s.Text
	}
	return &diag.Source{Name: scripts[0].Name, Text: strings.Join(texts, between)}
}

// place makes an error in joined scripts one in the script where it is.
func place(err error, scripts []*diag.Source) error {
	var at *diag.Error
	if !errors.As(err, &at) {
		return err
	}
	start := 0
	for i, s := range scripts {
		if end := start + len(s.Text); at.Span.Start <= end || i == len(scripts)-1 {
			moved := *at
			moved.Source, moved.Span = s, diag.Span{Start: at.Span.Start - start, End: at.Span.End - start}
			return &moved
		}
		start += len(s.Text) + len(between)
	}
	return err
}
