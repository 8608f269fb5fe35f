package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// logicalType is DuckDB's LogicalType as JSON.
type logicalType struct {
	ID   string    `json:"id"`
	Info *typeInfo `json:"type_info"`
}

type typeInfo struct {
	Type      string          `json:"type"`
	Alias     string          `json:"alias"`
	Extension json.RawMessage `json:"extension_info"`
	Width     int             `json:"width"`
	Scale     int             `json:"scale"`
	Child     *logicalType    `json:"child_type"`
	Children  []struct {
		Name string      `json:"first"`
		Type logicalType `json:"second"`
	} `json:"child_types"`
}

// resolve turns DuckDB's type into ours.
func (l *logicalType) resolve() (types.Type, error) {
	switch {
	case l.Info != nil && l.Info.Alias == "JSON":
		return types.Of(types.JSON), nil
	case l.ID == "DECIMAL":
		return types.DecimalOf(l.Info.Width, l.Info.Scale), nil
	case l.ID == "LIST":
		element, err := l.Info.Child.resolve()
		return types.ListOf(element), err
	case l.ID == "MAP":
		entry, err := l.Info.Child.resolve()
		if err != nil {
			return types.Type{}, err
		}
		return types.MapOf(entry.Fields[0].Type, entry.Fields[1].Type), nil
	case l.ID == "STRUCT":
		return l.resolveStruct()
	case l.ID == "SQLNULL" || l.ID == "NULL":
		return types.Of(types.Null), nil
	}
	id, ok := types.ByName(l.ID)
	if !ok {
		return types.Type{}, &Unsupported{Construct: "the type " + l.ID, Instead: insteadOfType(l.ID), Position: -1}
	}
	return types.Of(id), nil
}

func (l *logicalType) resolveStruct() (types.Type, error) {
	fields := make([]types.Field, len(l.Info.Children))
	for i, c := range l.Info.Children {
		t, err := c.Type.resolve()
		if err != nil {
			return types.Type{}, err
		}
		fields[i] = types.Field{Name: c.Name, Type: t}
	}
	return types.StructOf(fields...), nil
}

func insteadOfType(id string) string {
	switch id {
	case "ENUM":
		return "declare the column as VARCHAR"
	case "UHUGEINT":
		return "use HUGEINT or DECIMAL(38,0)"
	case "ARRAY":
		return "use a LIST, such as INTEGER[]"
	case "TIME WITH TIME ZONE", "TIME_NS":
		return "use TIME or TIMESTAMP WITH TIME ZONE"
	}
	return fmt.Sprintf("cast it to VARCHAR, or to another type that is not %s", id)
}

// takeType reads a type field.
func (o *object) takeType(name string) types.Type {
	var l logicalType
	o.take(name, &l)
	if o.err != nil {
		return types.Type{}
	}
	t, err := l.resolve()
	if err != nil {
		o.fail(err)
	}
	return t
}
