package types

// Merge returns what covers two narrowings of a declared type, that is, the type itself or the type without some fields of
// its STRUCTs: the fields of either, in the order of the declaration.
func Merge(declared, a, b Type) Type {
	if declared.ID != Struct || a.Equal(b) {
		return a
	}
	var fields []Field
	for _, f := range declared.Fields {
		inA, okA := fieldNamed(a, f.Name)
		inB, okB := fieldNamed(b, f.Name)
		switch {
		case okA && okB:
			fields = append(fields, Field{f.Name, Merge(f.Type, inA, inB)})
		case okA:
			fields = append(fields, Field{f.Name, inA})
		case okB:
			fields = append(fields, Field{f.Name, inB})
		}
	}
	return StructOf(fields...)
}

func fieldNamed(t Type, name string) (Type, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f.Type, true
		}
	}
	return Type{}, false
}
