package postgres

import (
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"

	"kinesql/operators/batch"
)

// takes is which types of PostgreSQL a type is read from, by their numbers; none: from
// all. A value that its column has no room for (a BIGINT in an INT, a numeric with a
// fraction in a BIGINT) is an error when it comes.
var takes = map[batch.TypeID][]uint32{
	batch.Boolean:   {pgtype.BoolOID},
	batch.TinyInt:   wholes,
	batch.SmallInt:  wholes,
	batch.Integer:   wholes,
	batch.BigInt:    wholes,
	batch.Real:      numbers,
	batch.Double:    numbers,
	batch.Decimal:   wholes,
	batch.Char:      nil,
	batch.Varchar:   nil,
	batch.Binary:    {pgtype.ByteaOID},
	batch.Varbinary: {pgtype.ByteaOID},
	batch.Date:      {pgtype.DateOID},
	batch.Time:      {pgtype.TimeOID},
	batch.Timestamp: {pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.DateOID},
	batch.JSON:      {pgtype.JSONOID, pgtype.JSONBOID},
}

var (
	wholes  = []uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID, pgtype.NumericOID}
	numbers = append(slices.Clone(wholes), pgtype.Float4OID, pgtype.Float8OID)
)

// typeNames are the types that messages can name.
var typeNames = map[uint32]string{
	pgtype.BoolOID: "boolean", pgtype.Int2OID: "smallint", pgtype.Int4OID: "integer", pgtype.Int8OID: "bigint", pgtype.OIDOID: "oid",
	pgtype.NumericOID: "numeric", pgtype.Float4OID: "real", pgtype.Float8OID: "double precision", pgtype.TextOID: "text",
	pgtype.VarcharOID: "character varying", pgtype.BPCharOID: "character", pgtype.NameOID: "name", pgtype.ByteaOID: "bytea",
	pgtype.DateOID: "date", pgtype.TimeOID: "time", pgtype.TimetzOID: "time with time zone", pgtype.TimestampOID: "timestamp",
	pgtype.TimestamptzOID: "timestamp with time zone", pgtype.IntervalOID: "interval", pgtype.UUIDOID: "uuid",
	pgtype.JSONOID: "json", pgtype.JSONBOID: "jsonb",
}

// fits says why a column cannot be read from a type of PostgreSQL; nil: it can.
func fits(name string, t batch.Type, oid uint32) error {
	from := takes[t.ID]
	if from == nil || slices.Contains(from, oid) {
		return nil
	}
	have, known := typeNames[oid]
	if !known {
		have = fmt.Sprintf("a type with the number %d", oid)
	}
	return fmt.Errorf("column %q is %s in PostgreSQL, which is no %s: declare VARCHAR, or cast it in the option query", name, have, t)
}
