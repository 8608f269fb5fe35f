package pgwire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// textsOf are the parameters of a Bind as texts for DuckDB.
func (s *statement) textsOf(m *pgproto3.Bind) ([]*string, error) {
	if len(m.Parameters) != len(s.parameters) {
		return nil, newFault(stateProtocol, fmt.Sprintf("the statement has %d parameters, %d are given", len(s.parameters), len(m.Parameters)))
	}
	if n := len(m.ParameterFormatCodes); n > 1 && n != len(m.Parameters) {
		return nil, newFault(stateProtocol, fmt.Sprintf("there are %d formats for %d parameters", n, len(m.Parameters)))
	}
	out := make([]*string, len(m.Parameters))
	known := pgtype.NewMap()
	for i, bytes := range m.Parameters {
		if bytes == nil {
			continue
		}
		text, err := parameterText(known, s.parameters[i], formatOf(m.ParameterFormatCodes, i), bytes)
		if err != nil {
			return nil, newFault(stateOfParameter(err), fmt.Sprintf("parameter $%d: %v", i+1, err))
		}
		out[i] = &text
	}
	return out, nil
}

// parameterText is a parameter as a text that DuckDB casts to its type. DuckDB reads what PostgreSQL writes but for bytea and arrays.
func parameterText(known *pgtype.Map, oid uint32, format int16, bytes []byte) (string, error) {
	if format != textFormat && format != binaryFormat {
		return "", fmt.Errorf("format %d: there are 0, text, and 1, binary", format)
	}
	if oid == pgtype.ByteaOID {
		return blobText(format, bytes)
	}
	kind, found := known.TypeForOID(oid)
	if format == binaryFormat {
		var err error
		if bytes, err = binaryToText(known, kind, bytes); err != nil {
			return "", err
		}
	}
	if !utf8.Valid(bytes) || strings.IndexByte(string(bytes), 0) >= 0 {
		return "", &encodingError{errors.New("it is not UTF-8")}
	}
	if _, array := castOf[oid]; array && found && strings.HasPrefix(kind.Name, "_") {
		return listText(known, kind, bytes)
	}
	return string(bytes), nil
}

// encodingError is an error in a parameter's bytes, not in what they mean.
type encodingError struct{ error }

func stateOfParameter(err error) string {
	var encoding *encodingError
	if errors.As(err, &encoding) {
		return stateBinary
	}
	return stateParameter
}

// binaryToText turns a value in the binary format into the same in the text format.
func binaryToText(known *pgtype.Map, kind *pgtype.Type, bytes []byte) ([]byte, error) {
	if kind == nil {
		return nil, &encodingError{errors.New("its type is not known: send it as text")}
	}
	value, err := kind.Codec.DecodeValue(known, kind.OID, binaryFormat, bytes)
	if err != nil {
		return nil, &encodingError{err}
	}
	text, err := known.Encode(kind.OID, textFormat, value, nil)
	if err != nil {
		return nil, &encodingError{err}
	}
	return text, nil
}

// blobText writes bytes as DuckDB reads a BLOB: \x before each byte.
func blobText(format int16, bytes []byte) (string, error) {
	if format == textFormat {
		digits, ok := strings.CutPrefix(string(bytes), `\x`)
		if !ok {
			return "", errors.New(`bytea is written as \x and hexadecimal digits`)
		}
		var err error
		if bytes, err = hex.DecodeString(digits); err != nil {
			return "", err
		}
	}
	out := make([]byte, 0, 4*len(bytes))
	for _, b := range bytes {
		out = fmt.Appendf(out, `\x%02X`, b)
	}
	return string(out), nil
}

// listText writes an array, as {1,"two",NULL}, as DuckDB reads a list: [1, 'two', NULL].
func listText(known *pgtype.Map, kind *pgtype.Type, text []byte) (string, error) {
	var items pgtype.FlatArray[pgtype.Text]
	if err := known.Scan(pgtype.TextArrayOID, textFormat, text, &items); err != nil {
		return "", fmt.Errorf("reading an array of type %s: %w", strings.TrimPrefix(kind.Name, "_"), err)
	}
	var out strings.Builder
	for i, item := range items {
		if i > 0 {
			out.WriteString(", ")
		}
		if !item.Valid {
			out.WriteString("NULL")
			continue
		}
		out.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(item.String) + "'")
	}
	return "[" + out.String() + "]", nil
}
