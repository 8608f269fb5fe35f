package duckplan

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// parseValue reads a constant: {type, is_null, value}.
func parseValue(raw json.RawMessage) (plan.Value, types.Type, error) {
	o := open("constant", raw)
	t := o.takeType("type")
	var null bool
	o.take("is_null", &null)
	body := o.fields["value"]
	o.skip("value")
	if err := o.close(); err != nil {
		return plan.Value{}, t, err
	}
	if null {
		return plan.Value{Null: true}, t, nil
	}
	v, err := parseBody(body, t)
	if err != nil {
		return v, t, fmt.Errorf("duckplan: constant of type %s: %w", t, err)
	}
	return v, t, nil
}

func parseBody(raw json.RawMessage, t types.Type) (v plan.Value, err error) {
	switch t.ID {
	case types.Boolean:
		err = json.Unmarshal(raw, &v.Bool)
	case types.Float, types.Double:
		v.Text = strings.Trim(string(raw), `"`)
	case types.Varchar, types.JSON, types.Blob: // a BLOB comes with its bytes escaped, as DuckDB reads it
		err = json.Unmarshal(raw, &v.Text)
	case types.HugeInt, types.Decimal, types.UBigInt:
		v.Text, err = wholeText(raw, t.Scale)
	case types.UUID:
		v.Text, err = uuidText(raw)
	case types.Interval:
		v.Interval = &plan.Interval{}
		err = json.Unmarshal(raw, v.Interval)
	case types.Struct, types.List, types.Map:
		v.Items, err = parseItems(raw)
	case types.Null:
		v.Null = true
	default:
		err = json.Unmarshal(raw, &v.Int)
	}
	return v, err
}

func parseItems(raw json.RawMessage) ([]plan.Value, error) {
	var list struct {
		Children []json.RawMessage `json:"children"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	items := make([]plan.Value, len(list.Children))
	for i, c := range list.Children {
		v, _, err := parseValue(c)
		if err != nil {
			return nil, err
		}
		items[i] = v
	}
	return items, nil
}

// halves is how DuckDB writes a 128-bit integer: a signed upper half, an unsigned lower one.
type halves struct {
	Upper int64  `json:"upper"`
	Lower uint64 `json:"lower"`
}

func (h halves) whole() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(h.Upper), 64)
	return n.Add(n, new(big.Int).SetUint64(h.Lower))
}

// wholeText reads an integer, written plainly or in halves, and prints it with scale digits behind the point.
func wholeText(raw json.RawMessage, scale int) (string, error) {
	n := new(big.Int)
	if raw[0] == '{' {
		var h halves
		if err := json.Unmarshal(raw, &h); err != nil {
			return "", err
		}
		n = h.whole()
	} else if _, ok := n.SetString(string(raw), 10); !ok {
		return "", fmt.Errorf("%s is not an integer", raw)
	}
	return scaled(n, scale), nil
}

func scaled(n *big.Int, scale int) string {
	if scale == 0 {
		return n.String()
	}
	digits := new(big.Int).Abs(n).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	text := digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// uuidText prints a UUID. DuckDB keeps its first bit flipped, so that signed comparison orders UUIDs.
func uuidText(raw json.RawMessage) (string, error) {
	var h halves
	if err := json.Unmarshal(raw, &h); err != nil {
		return "", err
	}
	upper := uint64(h.Upper) ^ (1 << 63)
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", upper>>32, upper>>16&0xffff, upper&0xffff, h.Lower>>48, h.Lower&0xffffffffffff), nil
}
