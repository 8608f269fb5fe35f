package keys

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// oddTexts are short and long texts of zeros and one letter, of which many differ in length only, with NULLs.
func oddTexts(random *rand.Rand, n int) *array.String {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	for range n {
		if random.IntN(10) == 0 {
			b.AppendNull()
			continue
		}
		text := make([]byte, random.IntN(20))
		for i := range text {
			text[i] = "\x00a"[random.IntN(8)/7]
		}
		b.Append(string(text))
	}
	return b.NewStringArray()
}

// TestTextKeys numbers texts as a map does, whatever lies behind them in memory, and gives them back.
func TestTextKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	table, err := New([]arrow.DataType{arrow.BinaryTypes.String})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time in memory that has been used
		known := map[string]uint32{}
		for range 20 {
			whole := oddTexts(random, 700)
			texts := array.NewSlice(whole, 13, int64(whole.Len())).(*array.String)
			findTexts(t, table, texts, known, random)
		}
		if table.Len() != len(known) {
			t.Fatalf("%d keys of %d", table.Len(), len(known))
		}
		table.Reset()
	}
}

// findTexts finds every second text or so, for one of three owners.
func findTexts(t *testing.T, table *Table, texts *array.String, known map[string]uint32, random *rand.Rand) {
	t.Helper()
	var rows, owners []uint32
	for r := range texts.Len() {
		if random.IntN(2) == 0 || r == texts.Len()-1 {
			rows, owners = append(rows, uint32(r)), append(owners, uint32(random.IntN(3)))
		}
	}
	ids := make([]uint32, len(rows))
	table.FindOwned([]arrow.Array{texts}, owners, rows, ids)
	for i, r := range rows {
		key := fmt.Sprint(owners[i], texts.IsNull(int(r)))
		if texts.IsValid(int(r)) {
			key = fmt.Sprintf("%d %q", owners[i], texts.Value(int(r)))
		}
		id, seen := known[key]
		if !seen {
			id = uint32(len(known))
			known[key] = id
		}
		if ids[i] != id || table.Owner(id) != owners[i] {
			t.Fatalf("%s is number %d of owner %d, want %d", key, ids[i], table.Owner(id), id)
		}
		back := array.NewStringBuilder(memory.DefaultAllocator)
		table.Append([]array.Builder{back}, ids[i:i+1])
		if got := back.NewStringArray(); got.ValueStr(0) != texts.ValueStr(int(r)) {
			t.Fatalf("%s comes back as %q", key, got.ValueStr(0))
		}
	}
}

// TestHashOfTexts wants the hash of a text to depend on the text only, not on what lies behind it.
func TestHashOfTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	whole := oddTexts(random, 300)
	all := make([]uint64, whole.Len())
	Hash([]arrow.Array{whole}, all)
	one := make([]uint64, 1)
	seen := map[uint64]string{}
	for i := range whole.Len() {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		if whole.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(whole.Value(i))
		}
		if Hash([]arrow.Array{b.NewStringArray()}, one); one[0] != all[i] {
			t.Fatalf("%q alone hashes to %x, among others to %x", whole.ValueStr(i), one[0], all[i])
		}
		if last, ok := seen[all[i]]; ok && last != whole.ValueStr(i) {
			t.Errorf("%q and %q hash to %x", last, whole.ValueStr(i), all[i])
		}
		seen[all[i]] = whole.ValueStr(i)
	}
}
