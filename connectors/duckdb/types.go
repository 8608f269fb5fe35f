package duckdb

import (
	"fmt"

	duckdbgo "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// plainTypes are the types without parameters.
var plainTypes = map[mapping.Type]types.ID{
	mapping.TypeSQLNull: types.Null, mapping.TypeBoolean: types.Boolean,
	mapping.TypeTinyInt: types.TinyInt, mapping.TypeSmallInt: types.SmallInt, mapping.TypeInteger: types.Integer,
	mapping.TypeBigInt: types.BigInt, mapping.TypeHugeInt: types.HugeInt, mapping.TypeUTinyInt: types.UTinyInt,
	mapping.TypeUSmallInt: types.USmallInt, mapping.TypeUInteger: types.UInteger, mapping.TypeUBigInt: types.UBigInt,
	mapping.TypeFloat: types.Float, mapping.TypeDouble: types.Double, mapping.TypeVarchar: types.Varchar,
	mapping.TypeBlob: types.Blob, mapping.TypeDate: types.Date, mapping.TypeTime: types.Time,
	mapping.TypeTimestamp: types.Timestamp, mapping.TypeTimestampS: types.TimestampS,
	mapping.TypeTimestampMS: types.TimestampMS, mapping.TypeTimestampNS: types.TimestampNS,
	mapping.TypeTimestampTZ: types.TimestampTZ, mapping.TypeInterval: types.Interval, mapping.TypeUUID: types.UUID,
}

// foreignTypes are DuckDB's types that Weir does not carry, by name, for the error.
var foreignTypes = map[mapping.Type]string{
	mapping.TypeEnum: "ENUM", mapping.TypeUnion: "UNION", mapping.TypeBit: "BIT", mapping.TypeUHugeInt: "UHUGEINT",
	mapping.TypeTimeTZ: "TIME WITH TIME ZONE", mapping.TypeArray: "an array of fixed length", mapping.TypeTimeNS: "TIME_NS",
	mapping.TypeBigNum: "BIGNUM",
}

// foreignTypeError is about a type that Weir does not carry.
type foreignTypeError struct{ name string }

func (e *foreignTypeError) Error() string {
	return fmt.Sprintf("type %s is not supported: cast it, for example to VARCHAR or to a list", e.name)
}

func unsupported(t mapping.Type) error {
	if name, ok := foreignTypes[t]; ok {
		return &foreignTypeError{name}
	}
	return fmt.Errorf("type number %d is not supported: cast it, for example to VARCHAR or to a list", t)
}

func columnError(name string, err error) error { return fmt.Errorf("column %s: %w", name, err) }

// TypeOf translates a type of the Go driver. The driver does not tell JSON from VARCHAR: a JSON column comes back as VARCHAR,
// which has the same layout. Store.Query and NewEvaluator do tell them apart. A type that Weir does not carry is an error.
func TypeOf(info duckdbgo.TypeInfo) (types.Type, error) {
	switch d := info.Details().(type) {
	case *duckdbgo.DecimalDetails:
		return types.DecimalOf(int(d.Width), int(d.Scale)), nil
	case *duckdbgo.ListDetails:
		element, err := TypeOf(d.Child)
		return types.ListOf(element), err
	case *duckdbgo.MapDetails:
		return mapTypeOf(d)
	case *duckdbgo.StructDetails:
		return structTypeOf(d)
	}
	id, ok := plainTypes[info.InternalType()]
	if !ok {
		return types.Type{}, unsupported(info.InternalType())
	}
	return types.Of(id), nil
}

func mapTypeOf(d *duckdbgo.MapDetails) (types.Type, error) {
	key, err := TypeOf(d.Key)
	if err != nil {
		return types.Type{}, err
	}
	value, err := TypeOf(d.Value)
	return types.MapOf(key, value), err
}

func structTypeOf(d *duckdbgo.StructDetails) (types.Type, error) {
	fields := make([]types.Field, len(d.Entries))
	for i, e := range d.Entries {
		t, err := TypeOf(e.Info())
		if err != nil {
			return types.Type{}, err
		}
		fields[i] = types.Field{Name: e.Name(), Type: t}
	}
	return types.StructOf(fields...), nil
}

// logicalTypeOf translates a type of the C interface, JSON included. It borrows the logical type.
func logicalTypeOf(logical mapping.LogicalType) (types.Type, error) {
	id := mapping.GetTypeId(logical)
	switch id {
	case mapping.TypeDecimal:
		return types.DecimalOf(int(mapping.DecimalWidth(logical)), int(mapping.DecimalScale(logical))), nil
	case mapping.TypeList:
		element, err := ownedTypeOf(mapping.ListTypeChildType(logical))
		return types.ListOf(element), err
	case mapping.TypeMap:
		return logicalMapTypeOf(logical)
	case mapping.TypeStruct:
		return logicalStructTypeOf(logical)
	case mapping.TypeVarchar:
		if mapping.LogicalTypeGetAlias(logical) == types.JSON.String() {
			return types.Of(types.JSON), nil
		}
	}
	plain, ok := plainTypes[id]
	if !ok {
		return types.Type{}, unsupported(id)
	}
	return types.Of(plain), nil
}

// ownedTypeOf translates a logical type and destroys it.
func ownedTypeOf(logical mapping.LogicalType) (types.Type, error) {
	defer mapping.DestroyLogicalType(&logical)
	return logicalTypeOf(logical)
}

func logicalMapTypeOf(logical mapping.LogicalType) (types.Type, error) {
	key, err := ownedTypeOf(mapping.MapTypeKeyType(logical))
	if err != nil {
		return types.Type{}, err
	}
	value, err := ownedTypeOf(mapping.MapTypeValueType(logical))
	return types.MapOf(key, value), err
}

func logicalStructTypeOf(logical mapping.LogicalType) (types.Type, error) {
	fields := make([]types.Field, mapping.StructTypeChildCount(logical))
	for i := range fields {
		t, err := ownedTypeOf(mapping.StructTypeChildType(logical, mapping.IdxT(i)))
		if err != nil {
			return types.Type{}, err
		}
		fields[i] = types.Field{Name: mapping.StructTypeChildName(logical, mapping.IdxT(i)), Type: t}
	}
	return types.StructOf(fields...), nil
}
