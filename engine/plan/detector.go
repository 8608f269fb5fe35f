package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Detector says which detector an OverCall is, and how it is set. The call's arguments are the columns that it scores, as DOUBLE; its order
// is one time, ascending. Rows are taken by time, then by the columns; those that are equal in all of them have the result of the last.
type Detector struct {
	Method  string         `json:"method"`
	Options map[string]any `json:"options,omitempty"` // float64, string or bool
	// Keeps is what it keeps of a key, for EXPLAIN: "24 bytes". Empty if not known.
	Keeps string `json:"-"`
}

// The scalar functions that stand for a detector in texts for DuckDB.
const (
	// DetectorMarker stands in the planner's: last_value(weir_anomaly(spec, x, …)) OVER (… ORDER BY time).
	DetectorMarker = "weir_anomaly"
	// DetectorPush takes the rows, where DuckDB computes it: see DetectorSQL.
	DetectorPush = "weir_push"
	// DetectorScored tells their scores.
	DetectorScored = "weir_scored"
)

// Scored is the type of a detector's result.
func Scored() types.Type {
	double := types.Of(types.Double)
	return types.StructOf(
		types.Field{Name: "score", Type: double}, types.Field{Name: "is_anomaly", Type: types.Of(types.Boolean)},
		types.Field{Name: "expected", Type: double}, types.Field{Name: "lower", Type: double}, types.Field{Name: "upper", Type: double},
		types.Field{Name: "reason", Type: types.Of(types.Varchar)},
	)
}

// DetectorOf reads a specification.
func DetectorOf(spec string) (*Detector, error) {
	d := &Detector{}
	if err := json.Unmarshal([]byte(spec), d); err != nil || d.Method == "" {
		return nil, fmt.Errorf("%q is no detector's specification", spec)
	}
	return d, nil
}

// Spec is the detector as a text, which DetectorOf reads: the same for equal ones.
func (d *Detector) Spec() string {
	text, err := json.Marshal(d)
	if err != nil {
		panic("plan: options of a detector: " + err.Error()) // they are numbers and texts
	}
	return string(text)
}

// DetectorFunction is the function of detectors in SQL; those of single methods have the method's name behind it, after a _.
const DetectorFunction = "anomaly"

// Function is what SQL calls the detector.
func (d *Detector) Function() string {
	if d.Method == "auto" {
		return DetectorFunction
	}
	return DetectorFunction + "_" + d.Method
}

// state says what the detectors of a call keep.
func (d *Detector) state(keyed bool) string {
	text := "detector " + d.Method
	if d.Keeps != "" {
		text += " (" + d.Keeps + ")"
	}
	if keyed {
		text += " for each distinct key"
	}
	return text
}

// settings prints the options as arguments.
func (d *Detector) settings() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.Options)) {
		value := fmt.Sprint(d.Options[name])
		if text, ok := d.Options[name].(string); ok {
			value = types.QuoteString(text)
		}
		b.WriteString(", " + name + " := " + value)
	}
	return b.String()
}

// DetectorSQL is the text by which DuckDB computes a detector over rows that are all there, of texts: the expressions of the partition, of the
// time, and of the columns.
//
//	weir_scored(spec, max(weir_push(spec, key, ts, x)) OVER (PARTITION BY key), count(*) OVER (PARTITION BY key), key, ts, x)
//
// The window function has to see all rows of a key before any comes out: by then weir_push has put them together, and returned the number under
// which weir_scored, behind it, finds them. So the cost is linear, whatever the order in which rows come.
func DetectorSQL(spec string, partition []string, time string, columns []string) string {
	keys := strings.Join(partition, ", ")
	key, over := "0::UBIGINT", ""
	if len(partition) > 0 {
		key, over = "hash("+keys+")", "PARTITION BY "+keys
	}
	row := strings.Join(append([]string{key, time}, columns...), ", ")
	quoted := types.QuoteString(spec)
	return fmt.Sprintf("%s(%s, max(%s(%[2]s, %[4]s)) OVER (%[5]s), count(*) OVER (%[5]s), %[4]s)", DetectorScored, quoted, DetectorPush, row, over)
}

// scored prints a detector's call as DuckDB computes it.
func (p printer) scored(c *OverCall) string {
	return DetectorSQL(c.Detector.Spec(), p.texts(c.Partition), p.expr(c.Orders[0].Expr), p.texts(c.Args))
}

func (p printer) texts(exprs []*Expr) []string {
	out := make([]string, len(exprs))
	for i, e := range exprs {
		out[i] = p.expr(e)
	}
	return out
}

// mistyped finds the types of a detector's call for which DuckDB has no function.
var mistyped = regexp.MustCompile(`argument types '(?:weir_anomaly|weir_push|weir_scored)\((.*?)\)'`)

// ExplainDetector says in a user's words what DuckDB says of the functions that stand for a detector; other messages as they are.
func ExplainDetector(message string) string {
	m := mistyped.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	given := strings.TrimPrefix(strings.TrimPrefix(m[1], "STRING_LITERAL, "), "UBIGINT, ")
	return fmt.Sprintf("a detector scores numbers, in the order of one TIMESTAMP, and is given %s: cast what is none, as in anomaly(x::DOUBLE)", given)
}
