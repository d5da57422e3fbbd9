package exec

import (
	"context"
	"errors"
	"fmt"

	"kinesql/operators"
)

// NodeError says in which node of the graph something went wrong.
type NodeError struct {
	Node     string
	Instance int
	Err      error
}

// Error implements error.
func (e *NodeError) Error() string { return fmt.Sprintf("%s: %v", e.Node, e.Err) }

// Unwrap returns what went wrong.
func (e *NodeError) Unwrap() error { return e.Err }

// PanicError is a bug of the engine: an operator panicked. The query fails, the
// process lives.
type PanicError struct {
	Value any
	Stack []byte
}

// Error implements error.
func (e *PanicError) Error() string { return fmt.Sprintf("engine error: panic: %v", e.Value) }

// blame adds the node to an error, once: an error that came up the chain from a
// later node keeps that node's name, and a cancellation has none.
func blame(ctx context.Context, m *member, err error) error {
	if err == nil || errors.Is(err, operators.ErrDone) {
		return err
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) {
		return err
	}
	var at *NodeError
	if errors.As(err, &at) {
		return err
	}
	return &NodeError{Node: m.name, Instance: m.instance, Err: err}
}
