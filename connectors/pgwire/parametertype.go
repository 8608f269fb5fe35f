package pgwire

import (
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/weirdb/weir/engine/types"
)

// withoutAny writes x = ($1) for x = ANY($1), in a text of the same length, so that DuckDB says what type the items of the list $1 have. Lists are the
// numbers of such parameters.
func (s *statement) withoutAny() (sql string, lists map[int]bool) {
	text := []byte(s.sql)
	lists = map[int]bool{}
	var tokens []token
	for _, t := range lex(s.sql) {
		if t.kind != space {
			tokens = append(tokens, t)
		}
	}
	for i := 0; i+3 < len(tokens); i++ {
		if !tokens[i].is("ANY") || !tokens[i+1].is("(") || tokens[i+2].kind != parameter || !tokens[i+3].is(")") {
			continue
		}
		copy(text[tokens[i].at:], "   ")
		n, _ := strconv.Atoi(tokens[i+2].text[1:])
		lists[n] = true
	}
	return string(text), lists
}

// parameterType completes the type of a parameter, as the client has said it, and what its text is cast to, with the type that DuckDB has found: of
// the parameter or, if it is a list, of its items.
func parameterType(said uint32, cast string, found types.Type, list bool) (uint32, string) {
	switch {
	case cast != "":
		return said, cast
	case list && found.ID == types.Null:
		return pgtype.TextArrayOID, "VARCHAR[]"
	case list:
		return arrayOf[wireTypes[found.ID].oid], found.String() + "[]"
	case found.ID == types.Null || said != 0 && said != pgtype.UnknownOID:
		return max(said, pgtype.TextOID), "VARCHAR"
	}
	return wireTypes[found.ID].oid, found.String()
}

// casts are what parameters of types that a client says are cast to; empty where the type says nothing.
func casts(oids []uint32) []string {
	out := make([]string, len(oids))
	for i, oid := range oids {
		out[i] = castOf[oid]
	}
	return out
}

// castOf are DuckDB's types for the types of parameters that clients say.
var castOf = map[uint32]string{
	pgtype.BoolOID: "BOOLEAN", pgtype.Int2OID: "SMALLINT", pgtype.Int4OID: "INTEGER", pgtype.Int8OID: "BIGINT", pgtype.OIDOID: "BIGINT",
	pgtype.Float4OID: "FLOAT", pgtype.Float8OID: "DOUBLE", pgtype.NumericOID: "DECIMAL(38,10)",
	pgtype.TextOID: "VARCHAR", pgtype.VarcharOID: "VARCHAR", pgtype.BPCharOID: "VARCHAR", pgtype.NameOID: "VARCHAR",
	pgtype.ByteaOID: "BLOB", pgtype.UUIDOID: "UUID", pgtype.JSONOID: "JSON", pgtype.JSONBOID: "JSON",
	pgtype.DateOID: "DATE", pgtype.TimeOID: "TIME", pgtype.TimestampOID: "TIMESTAMP", pgtype.TimestamptzOID: "TIMESTAMPTZ",
	pgtype.IntervalOID:  "INTERVAL",
	pgtype.BoolArrayOID: "BOOLEAN[]", pgtype.Int2ArrayOID: "SMALLINT[]", pgtype.Int4ArrayOID: "INTEGER[]", pgtype.Int8ArrayOID: "BIGINT[]",
	pgtype.Float4ArrayOID: "FLOAT[]", pgtype.Float8ArrayOID: "DOUBLE[]", pgtype.NumericArrayOID: "DECIMAL(38,10)[]",
	pgtype.TextArrayOID: "VARCHAR[]", pgtype.VarcharArrayOID: "VARCHAR[]", pgtype.UUIDArrayOID: "UUID[]",
	pgtype.TimeArrayOID: "TIME[]", pgtype.IntervalArrayOID: "INTERVAL[]", pgtype.ByteaArrayOID: "BLOB[]", pgtype.JSONArrayOID: "JSON[]",
	pgtype.DateArrayOID: "DATE[]", pgtype.TimestampArrayOID: "TIMESTAMP[]", pgtype.TimestamptzArrayOID: "TIMESTAMPTZ[]",
}

// arrayOf are the types of arrays, by their items'.
var arrayOf = map[uint32]uint32{
	pgtype.BoolOID: pgtype.BoolArrayOID, pgtype.Int2OID: pgtype.Int2ArrayOID, pgtype.Int4OID: pgtype.Int4ArrayOID, pgtype.Int8OID: pgtype.Int8ArrayOID,
	pgtype.Float4OID: pgtype.Float4ArrayOID, pgtype.Float8OID: pgtype.Float8ArrayOID, pgtype.NumericOID: pgtype.NumericArrayOID,
	pgtype.TextOID: pgtype.TextArrayOID, pgtype.UUIDOID: pgtype.UUIDArrayOID, pgtype.ByteaOID: pgtype.ByteaArrayOID, pgtype.JSONOID: pgtype.JSONArrayOID,
	pgtype.DateOID: pgtype.DateArrayOID, pgtype.TimeOID: pgtype.TimeArrayOID, pgtype.TimestampOID: pgtype.TimestampArrayOID,
	pgtype.TimestamptzOID: pgtype.TimestamptzArrayOID, pgtype.IntervalOID: pgtype.IntervalArrayOID,
}
