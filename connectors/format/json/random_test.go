package json

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random records; 0 takes a new one")

// Random records for random columns, several batches through one decoder.
func TestRandomAsDuckDB(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("replay with: go test -run TestRandomAsDuckDB -args -seed=%d", *seed)
	g := generator{Rand: rand.New(rand.NewPCG(*seed, 1)), values: testValues(t), types: testTypes()}
	o, eval := newOracle(t), newTestEvaluator(t)
	for round := range 40 {
		columns := g.columns()
		d := mustDecoder(t, columns, eval)
		for range 3 {
			compare(t, o, d, columns, g.records(columns))
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
}

// Random numbers where every digit counts: as text, as JSON, and as what they are.
func TestRandomNumbersAsDuckDB(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("replay with: go test -run TestRandomNumbersAsDuckDB -args -seed=%d", *seed)
	g := generator{Rand: rand.New(rand.NewPCG(*seed, 2))}
	columns := []types.Field{field("s", types.Of(types.Varchar)), field("j", types.Of(types.JSON)), field("d", types.Of(types.Double))}
	in := make([]string, 4000)
	for i := range in {
		n := g.wide()
		in[i] = fmt.Sprintf(`{"s":%s,"j":{"n":[%s]},"d":%s}`, n, n, n)
	}
	compare(t, newOracle(t), mustDecoder(t, columns, newTestEvaluator(t)), columns, in)
}

type generator struct {
	*rand.Rand
	values []string
	types  []types.Type
}

func (g *generator) columns() []types.Field {
	out := make([]types.Field, 1+g.IntN(5))
	for i := range out {
		out[i] = field(fmt.Sprintf("c%d", i), g.types[g.IntN(len(g.types))])
	}
	return out
}

func (g *generator) records(columns []types.Field) []string {
	out := make([]string, g.IntN(40))
	for i := range out {
		out[i] = g.object(columns, i%8 == 0)
		if g.IntN(30) == 0 {
			out[i] = g.damage(out[i])
		}
	}
	return out
}

// damage changes one byte of a record, or leaves out the end.
func (g *generator) damage(record string) string {
	at := g.IntN(len(record))
	if g.IntN(3) == 0 {
		return record[:at]
	}
	const bytes = "{}[],:\"\\ 0-.eEnt\x00\x80\xc3"
	return record[:at] + string(bytes[g.IntN(len(bytes))]) + record[at+1:]
}

// object is a JSON object with the columns, mostly in their order, and keys that are none.
func (g *generator) object(fields []types.Field, shuffled bool) string {
	var items []string
	for _, f := range fields {
		if g.IntN(10) > 0 {
			items = append(items, g.key(f.Name)+g.space()+":"+g.space()+g.value(f.Type))
		}
		if g.IntN(10) == 0 {
			items = append(items, `"extra":`+g.any())
		}
	}
	if shuffled {
		g.Shuffle(len(items), func(i, k int) { items[i], items[k] = items[k], items[i] })
	}
	return g.space() + "{" + g.space() + strings.Join(items, g.space()+","+g.space()) + g.space() + "}" + g.space()
}

func (g *generator) key(name string) string {
	if g.IntN(20) == 0 {
		return fmt.Sprintf(`"\u%04x%s"`, name[0], name[1:])
	}
	return strconv.Quote(name)
}

func (g *generator) space() string { return []string{"", "", "", " ", "\t "}[g.IntN(5)] }

func (g *generator) any() string {
	for {
		v := g.values[g.IntN(len(g.values))]
		if v != "tru" && v != "[1" {
			return v
		}
	}
}

// value is mostly one that the type can take.
func (g *generator) value(t types.Type) string {
	switch g.IntN(40) {
	case 0:
		return g.any()
	case 1:
		return "null"
	}
	switch t.ID {
	case types.Struct:
		return strings.TrimSpace(g.object(t.Fields, g.IntN(4) == 0))
	case types.List:
		return "[" + g.items(func() string { return g.value(t.Element()) }) + "]"
	case types.Map:
		return "{" + g.items(func() string { return g.quoted(t.Fields[0].Type) + ":" + g.value(t.Fields[1].Type) }) + "}"
	}
	if quotedOnly(t.ID) || g.IntN(4) == 0 {
		return g.quoted(t)
	}
	return g.number()
}

func quotedOnly(id types.ID) bool {
	return id >= types.Date && id <= types.UUID
}

func (g *generator) items(item func() string) string {
	out := make([]string, g.IntN(4))
	for i := range out {
		out[i] = item()
	}
	return strings.Join(out, g.space()+",")
}

// number fits the type more often than not; if not a number, it is true or false.
func (g *generator) number() string {
	switch g.IntN(20) {
	case 0:
		return []string{"true", "false"}[g.IntN(2)]
	case 1, 2, 3, 4, 5, 6:
		return g.wide()
	}
	return strconv.Itoa(g.IntN(128))
}

// wide is a number of any size and form.
func (g *generator) wide() string {
	switch g.IntN(6) {
	case 0:
		return strconv.FormatUint(g.Uint64(), 10) + strconv.Itoa(g.IntN(100))[:g.IntN(2)]
	case 1:
		f := math.Float64frombits(g.Uint64() &^ (g.Uint64N(2) << 62)) // half of them below 2
		return strconv.FormatFloat(f, "eg"[g.IntN(2)], -1+g.IntN(2)*18, 64)
	case 2:
		return strconv.FormatFloat(g.NormFloat64()*math.Pow10(g.IntN(20)), 'f', g.IntN(6), 64)
	case 3:
		return strconv.FormatFloat(float64(g.IntN(20000)-10000)/1000, 'f', 1+g.IntN(3), 64)
	case 4:
		return strconv.FormatInt(int64(g.Uint64())>>g.IntN(64), 10)
	}
	return strconv.Itoa(g.IntN(256) - 128)
}

func (g *generator) quoted(t types.Type) string {
	switch t.ID {
	case types.Date, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return strconv.Quote(g.when(t.ID))
	case types.UUID:
		return fmt.Sprintf(`"%08x-%04X-%04x-%04x-%012x"`, g.Uint32(), g.Uint32()>>16, g.Uint32()>>16, g.Uint32()>>16, g.Uint64()>>16)
	case types.Interval:
		return fmt.Sprintf(`"%d months %d days %02d:%02d:%02d.%d"`, g.IntN(99), g.IntN(99), g.IntN(24), g.IntN(60), g.IntN(60), g.IntN(1e6))
	case types.Varchar, types.JSON, types.Blob:
		return g.text()
	}
	return `"` + g.number() + `"`
}

func (g *generator) when(id types.ID) string {
	date := fmt.Sprintf("%04d-%02d-%02d", 1700+g.IntN(540), 1+g.IntN(12), 1+g.IntN(31))
	clock := fmt.Sprintf("%02d:%02d:%02d", g.IntN(24), g.IntN(60), g.IntN(60))
	if g.IntN(2) == 0 {
		clock += "." + strconv.Itoa(g.IntN(1e9))[:1+g.IntN(1)]
	} else if g.IntN(2) == 0 {
		clock += fmt.Sprintf(".%0*d", 1+g.IntN(9), g.IntN(10))
	}
	switch {
	case id == types.Date && g.IntN(4) > 0:
		return date
	case id == types.Time && g.IntN(4) > 0:
		return clock
	}
	zones := []string{"", "", "", "Z", "Z", "+02:00", "-11:30", "+00:00", "+14", " UTC"}
	return date + []string{"T", " "}[g.IntN(2)] + clock + zones[g.IntN(len(zones))]
}

func (g *generator) text() string {
	pieces := []string{"a", "word ", "é", "漢", "😀", `\n`, `\"`, `\\`, `\/`, `\u0000`, `\u00e9`, `\ud83d\ude00`, `\u001f`, "eight by", "/", "'"}
	var b strings.Builder
	for range g.IntN(8) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return `"` + b.String() + `"`
}
