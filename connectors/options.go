package connectors

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options is the WITH clause of a stream. Reading an option marks it as known;
// whoever reads last calls Unknown and refuses what nobody read. Copies share
// the marks, and may be read at the same time: every instance of a source has one.
type Options struct {
	values map[string]string
	known  *marks // nil: the zero Options, which hold nothing
}

// marks are the keys that have been read.
type marks struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (m *marks) add(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[key] = true
}

func (m *marks) sorted() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.keys))
}

// NewOptions returns options with the given values. Keys are lower case.
func NewOptions(values map[string]string) Options {
	return Options{values: values, known: &marks{keys: map[string]bool{}}}
}

// OptionError blames one option.
type OptionError struct {
	Key     string
	Message string
}

// Error implements error.
func (e *OptionError) Error() string { return fmt.Sprintf("option %q: %s", e.Key, e.Message) }

// Lookup returns an option's value and whether it was given.
func (o Options) Lookup(key string) (string, bool) {
	if o.known != nil {
		o.known.add(key)
	}
	v, ok := o.values[key]
	return v, ok
}

// Given reports whether one of the options was given, and marks none as known.
func (o Options) Given(keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { _, ok := o.values[key]; return ok })
}

// With returns options in which key has a value, and which share the marks.
func (o Options) With(key, value string) Options {
	o.values = maps.Clone(o.values)
	if o.values == nil {
		o = NewOptions(map[string]string{})
	}
	o.values[key] = value
	return o
}

// String returns an option or its default.
func (o Options) String(key, def string) string {
	if v, ok := o.Lookup(key); ok {
		return v
	}
	return def
}

// Require returns an option that must be given.
func (o Options) Require(key string) (string, error) {
	if v, ok := o.Lookup(key); ok && v != "" {
		return v, nil
	}
	if near := Nearest(key, slices.Collect(maps.Keys(o.values))); near != "" && near != key {
		return "", &OptionError{near, fmt.Sprintf("unknown; did you mean %q, which is required?", key)}
	}
	return "", &OptionError{key, "is required"}
}

// Bool returns a true/false option or its default.
func (o Options) Bool(key string, def bool) (bool, error) {
	v, ok := o.Lookup(key)
	if !ok {
		return def, nil
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, &OptionError{key, fmt.Sprintf("want true or false, got %q", v)}
	}
	return b, nil
}

// Int returns an integer option within [low, high] or its default.
func (o Options) Int(key string, def, low, high int64) (int64, error) {
	v, ok := o.Lookup(key)
	if !ok {
		return def, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < low || n > high {
		return 0, &OptionError{key, fmt.Sprintf("want an integer from %d to %d, got %q", low, high, v)}
	}
	return n, nil
}

// Duration returns an option such as '5s' or '200ms' or its default.
func (o Options) Duration(key string, def time.Duration) (time.Duration, error) {
	v, ok := o.Lookup(key)
	if !ok {
		return def, nil
	}
	d, err := time.ParseDuration(strings.ReplaceAll(v, " ", ""))
	if err != nil || d < 0 {
		return 0, &OptionError{key, fmt.Sprintf("want a length of time such as 5s or 200ms, got %q", v)}
	}
	return d, nil
}

// Enum returns an option that is one of the given words, or its default.
func (o Options) Enum(key, def string, words ...string) (string, error) {
	v, ok := o.Lookup(key)
	if !ok {
		return def, nil
	}
	if v = strings.ToLower(v); slices.Contains(words, v) {
		return v, nil
	}
	return "", &OptionError{key, fmt.Sprintf("want one of %s, got %q", strings.Join(words, ", "), v)}
}

// Known returns the keys that have been read, given or not, sorted.
func (o Options) Known() []string {
	if o.known == nil {
		return nil
	}
	return o.known.sorted()
}

// Unknown returns an error for the first option that nobody has read.
func (o Options) Unknown() error {
	known := o.Known()
	for _, key := range slices.Sorted(maps.Keys(o.values)) {
		if _, found := slices.BinarySearch(known, key); !found {
			return &OptionError{key, "unknown; known here: " + strings.Join(known, ", ")}
		}
	}
	return nil
}
