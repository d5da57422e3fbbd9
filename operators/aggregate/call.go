package aggregate

import (
	"fmt"

	"kinesql/operators/batch"
)

// Call is an aggregate in a query.
type Call struct {
	Name     string // upper case
	Args     []int  // input columns; constant parameters are in Params
	Params   []any  // float64, int64 or string: the percentile, the separator
	Distinct bool
	Filter   int        // BOOLEAN input column, or -1
	Order    []SortKey  // of GROUP_CONCAT and JSON_ARRAYAGG
	Type     batch.Type // of the result
}

// SortKey is a column to sort by.
type SortKey struct {
	Column     int
	Desc       bool
	NullsFirst bool
}

// check says whether the call can be made over columns of the schema.
func (c Call) check(in *batch.Schema) error {
	columns := append([]int(nil), c.Args...)
	for _, k := range c.Order {
		columns = append(columns, k.Column)
	}
	for _, col := range columns {
		if col < 0 || col >= in.Len() {
			return fmt.Errorf("%s reads column %d of %d", c.Name, col, in.Len())
		}
	}
	if c.Filter >= in.Len() {
		return fmt.Errorf("%s is filtered by column %d of %d", c.Name, c.Filter, in.Len())
	}
	if c.Filter >= 0 && in.Field(c.Filter).Type.ID != batch.Boolean {
		return fmt.Errorf("%s is filtered by a column of type %s, not BOOLEAN", c.Name, in.Field(c.Filter).Type)
	}
	return nil
}
