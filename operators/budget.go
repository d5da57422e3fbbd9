package operators

import (
	"fmt"
	"sync/atomic"
)

// Budget is the memory that operators may hold as state: those of one query, or, as
// the parent of the budgets of queries, those of a process. It is safe for concurrent
// use.
type Budget struct {
	parent *Budget
	limit  int64
	used   atomic.Int64
}

// NewBudget returns a budget of so many bytes; 0 is no limit.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Share returns the budget of a query that holds part of b, as much as b has left.
func (b *Budget) Share() *Budget { return &Budget{parent: b} }

// Used is how many bytes are held now.
func (b *Budget) Used() int64 { return b.used.Load() }

// Close gives what is still held back to the parent: the query has ended.
func (b *Budget) Close() {
	if b.parent != nil {
		b.parent.used.Add(-b.used.Swap(0))
	}
}

// grow counts bytes in the budget and its parent, and returns the tighter of the two
// limits if it is passed.
func (b *Budget) grow(bytes int64) (limit int64, over bool) {
	used := b.used.Add(bytes)
	if b.parent != nil {
		if limit, over = b.parent.grow(bytes); over {
			return limit, true
		}
	}
	return b.limit, b.limit > 0 && used > b.limit
}

// Account returns an account of the budget for an operator of that name.
func (b *Budget) Account(operator string) *Account { return &Account{budget: b, operator: operator} }

// Account is what one instance of an operator holds of its query's budget. The
// nil Account is without limit. It is used from the operator's task only.
type Account struct {
	budget   *Budget
	operator string
	held     int64
}

// Resize says that the operator now holds so many bytes, estimated, capacity
// rather than use. Call it at the end of a Process or Advance in which state
// grew. A *BudgetError says that the query holds too much; return it.
func (a *Account) Resize(bytes int64) error {
	if a == nil {
		return nil
	}
	grown := bytes - a.held
	a.held = bytes
	limit, over := a.budget.grow(grown)
	if grown <= 0 || !over {
		return nil
	}
	e := &BudgetError{Operator: a.operator, Held: bytes, Used: a.budget.Used(), Limit: limit}
	if p := a.budget.parent; p != nil {
		e.All = p.Used()
	}
	return e
}

// Held is what the operator holds.
func (a *Account) Held() int64 {
	if a == nil {
		return 0
	}
	return a.held
}

// BudgetError says that a query's state has passed its budget.
type BudgetError struct {
	Operator          string
	Held, Used, Limit int64 // bytes: of the operator, of the query, of the budget
	All               int64 // bytes of all queries that share the budget; 0: of one query alone
}

// Error implements error.
func (e *BudgetError) Error() string {
	others := ""
	if more := e.All - e.Used; more > 0 {
		others = fmt.Sprintf(" (other queries hold %s)", size(more))
	}
	return fmt.Sprintf("the state of the query has grown to %s%s, more than the budget of %s; %s holds %s of it: "+
		"let it forget (a window, a narrower interval, WITH (state_ttl='1 hour')), or raise --state-memory",
		size(e.Used), others, size(e.Limit), e.Operator, size(e.Held))
}

// size prints bytes for people.
func size(bytes int64) string {
	if bytes < 10<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
