package operators

import (
	"fmt"
	"sync/atomic"
)

// Budget is the memory that the operators of one query may hold as state. It is
// safe for concurrent use.
type Budget struct {
	limit int64
	used  atomic.Int64
}

// NewBudget returns a budget of so many bytes; 0 is no limit.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Used is how many bytes are held now.
func (b *Budget) Used() int64 { return b.used.Load() }

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
	used := a.budget.used.Add(grown)
	if limit := a.budget.limit; grown > 0 && limit > 0 && used > limit {
		return &BudgetError{Operator: a.operator, Held: bytes, Used: used, Limit: limit}
	}
	return nil
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
}

// Error implements error.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("the state of the query has grown to %d MiB, more than its budget of %d MiB; %s holds %d MiB of it: "+
		"let it forget (a window, a narrower interval, WITH (state_ttl='1 hour')), or raise --state-memory",
		e.Used>>20, e.Limit>>20, e.Operator, e.Held>>20)
}
