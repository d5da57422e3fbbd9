// Package catalog holds the objects that statements create: streams, views and
// pumps. All of them share one space of names. Names keep their case; look-up is
// exact first, then without regard to case if that finds one object only.
package catalog

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// Object is a *Stream, a *View or a *Pump.
type Object interface {
	// ObjectName is the name as it was created.
	ObjectName() string
	// Kind says what the object is.
	Kind() ast.ObjectKind
	// Uses is the names of the objects that this one reads or writes.
	Uses() []string
}

// Catalog is a set of objects. It is safe for concurrent use.
type Catalog struct {
	mu struct {
		sync.RWMutex
		objects map[string]Object
		writers map[string][]writer
	}
}

// writer is a query that writes to a stream.
type writer struct {
	pump    string // empty: an INSERT
	bounded bool
	reads   []string
}

// New returns an empty catalog.
func New() *Catalog {
	c := &Catalog{}
	c.mu.objects, c.mu.writers = map[string]Object{}, map[string][]writer{}
	return c
}

// AmbiguousError says that a name fits several objects without regard to case.
type AmbiguousError struct {
	Name       string
	Candidates []string
}

// Error implements error.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q may be any of %s", e.Name, strings.Join(e.Candidates, ", "))
}

// Lookup returns the object called name, or nil if there is none.
func (c *Catalog) Lookup(name string) (Object, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.lookup(name)
}

func (c *Catalog) lookup(name string) (Object, error) {
	if o, ok := c.mu.objects[name]; ok {
		return o, nil
	}
	var found []string
	for n := range c.mu.objects {
		if strings.EqualFold(n, name) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return c.mu.objects[found[0]], nil
	}
	return nil, &AmbiguousError{Name: name, Candidates: found}
}

// Exact returns the object whose name is exactly this, or nil.
func (c *Catalog) Exact(name string) Object {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.mu.objects[name]
}

// Put adds objects, in place of what had their names before.
func (c *Catalog) Put(objects ...Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range objects {
		c.mu.objects[o.ObjectName()] = o
	}
}

// Remove takes an object out, with the writers that a pump was.
func (c *Catalog) Remove(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mu.objects, name)
	for stream, list := range c.mu.writers {
		c.mu.writers[stream] = slices.DeleteFunc(list, func(w writer) bool { return w.pump == name })
	}
}

// Names returns the names of all objects of the given kinds, sorted; of all
// kinds if none is given.
func (c *Catalog) Names(kinds ...ast.ObjectKind) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []string
	for n, o := range c.mu.objects {
		if len(kinds) == 0 || slices.Contains(kinds, o.Kind()) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Dependents returns the names of the objects that use the named one, sorted.
func (c *Catalog) Dependents(name string) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []string
	for n, o := range c.mu.objects {
		if n != name && slices.Contains(o.Uses(), name) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// AddWriter notes that a pump (empty: an INSERT) writes to a stream, whether it
// ends by itself, and what it reads.
func (c *Catalog) AddWriter(stream, pump string, bounded bool, reads []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.writers[stream] = append(c.mu.writers[stream], writer{pump: pump, bounded: bounded, reads: reads})
}

// Feeds returns the names by which the rows of a stream come to a reader of
// reads, the stream first; nil where they do not. What the named pump does now is
// left out.
func (c *Catalog) Feeds(stream string, reads []string, pump string) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	seen := map[string]bool{}
	var path func(names []string) []string
	path = func(names []string) []string {
		for _, name := range names {
			if name == stream {
				return []string{name}
			}
			if seen[name] {
				continue
			}
			seen[name] = true
			if way := path(c.sources(name, pump)); way != nil {
				return append(way, name)
			}
		}
		return nil
	}
	return path(reads)
}

// sources are the names that the rows of an object come from.
func (c *Catalog) sources(name, pump string) []string {
	switch o := c.mu.objects[name].(type) {
	case *View:
		return o.Reads
	case *Stream:
		if !o.Description.Kept {
			return nil
		}
	}
	var out []string
	for _, w := range c.mu.writers[name] {
		if pump == "" || w.pump != pump {
			out = append(out, w.reads...)
		}
	}
	return out
}

// Bounded reports whether reading a stream ends by itself: its connector says
// so, or it ends with its writers, none of which is without end.
func (c *Catalog) Bounded(s *Stream) bool {
	if !s.Description.EndsWithWriters {
		return s.Description.Bounded
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return !slices.ContainsFunc(c.mu.writers[s.Name], func(w writer) bool { return !w.bounded })
}

// Missing is the error for a name that fits nothing, or several things.
func (c *Catalog) Missing(kind string, src *diag.Source, at diag.Span, name string, cause error) *diag.Error {
	if cause != nil {
		return diag.Errorf(diag.Ambiguous, src, at, "%s %s", kind, cause).
			WithHint("write the name in its exact case")
	}
	err := diag.Errorf(diag.UnknownName, src, at, "unknown %s %q", kind, name)
	if near, ok := diag.Suggest(name, c.Names()); ok {
		return err.WithHint("did you mean %q?", near)
	}
	return err
}
