package duckdb

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestReplayedLettersAreKeptOnce: a replay finds what is known again, and what only it could find.
func TestReplayedLettersAreKeptOnce(t *testing.T) {
	s := testStore(t)
	letter := func(offset int64, value string, replayed bool) engine.DeadLetter {
		return engine.DeadLetter{Source: "s", Partition: "0", Offset: offset, Value: []byte(value), Reason: "odd", Again: replayed}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{letter(1, "a", false), letter(7, "", false)}}))
	for epoch := int64(2); epoch < 4; epoch++ {
		letters := []engine.DeadLetter{letter(1, "a", true), letter(1, "other", true), letter(3, "b", true), letter(7, "", true)}
		check(t, s.Commit(ctx, &engine.Commit{Epoch: epoch, DeadLetters: letters}))
	}
	var got []string
	check(t, s.session.each(ctx, `SELECT "offset" || ' ' || value::VARCHAR FROM weir.dead_letters ORDER BY ALL`, func(r row) { got = append(got, r.text(0)) }))
	if want := []string{"1 a", "1 other", "3 b", "7 "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// letterRows are what weir.dead_letters says of whom each letter lacks.
func letterRows(t *testing.T, s *Store) (rows []string) {
	t.Helper()
	check(t, s.session.each(ctx, `SELECT concat_ws(' ', "offset", views, replayed, error, replayed_at) FROM weir.dead_letters ORDER BY "offset"`,
		func(r row) { rows = append(rows, r.text(0)) }))
	return rows
}

func wantLetters(t *testing.T, s *Store, want ...string) {
	t.Helper()
	if got := letterRows(t, s); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLettersSayWhoLacksThem: later views are added to a letter that is known; those that a replay has given it to go, with its rows; and
// none stays that has another table.
func TestLettersSayWhoLacksThem(t *testing.T) {
	s := testStore(t)
	for _, view := range []string{"a", "b", "b (backfill)"} {
		check(t, s.CreateView(ctx, view, []types.Field{{Name: "n", Type: types.Of(types.BigInt)}}))
	}
	letter := func(offset int64, again bool, views ...string) engine.DeadLetter {
		return engine.DeadLetter{Source: "s", Partition: "0", Offset: offset, Value: []byte("x"), Reason: "odd", Again: again, Views: views}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{letter(1, false, "a"), letter(2, false, "a", "b")}}))
	again := []engine.DeadLetter{letter(1, true, "b"), letter(1, true, "b (backfill)"), letter(2, true, "b"), letter(3, true)}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, DeadLetters: again}))
	wantLetters(t, s, "1 [a, b, 'b (backfill)']", "2 [a, b]", "3 []")
	at := time.Unix(1, 0)
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 3, Replayed: []engine.Replayed{
		{Letter: letter(1, false), Given: []string{"b (backfill)", "a"}, Problem: "view b is paused", At: at}, {Letter: letter(2, false), Given: []string{"b", "a"}, At: at},
	}}))
	wantLetters(t, s, "1 [b] [a, 'b (backfill)'] view b is paused 1970-01-01 00:00:01+00", "2 [] [a, b] 1970-01-01 00:00:01+00", "3 []")
	check(t, s.Change(ctx, func(c *Catalog) error { return c.Succeed(Succession{From: "b (backfill)", To: "b"}) }))
	wantLetters(t, s, "1 [] [a, b] view b is paused 1970-01-01 00:00:01+00", "2 [] [a] 1970-01-01 00:00:01+00", "3 []")
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 4, DeadLetters: []engine.DeadLetter{letter(2, true, "b")}}))
	wantLetters(t, s, "1 [] [a, b] view b is paused 1970-01-01 00:00:01+00", "2 [b] [a] odd 1970-01-01 00:00:01+00", "3 []")
}

// TestMetadataOfLetters: what a message says beside its value is kept as it was.
func TestMetadataOfLetters(t *testing.T) {
	for _, m := range []engine.Meta{{Timestamp: engine.MinTime}, {Key: []byte{}, Timestamp: 5}, {Key: []byte("\xff"), Headers: []engine.Header{{Name: "a"}, {Name: "a", Value: []byte{0}}}}} {
		got, err := metaOf(metaText(&m))
		if err != nil || !reflect.DeepEqual(*got, m) {
			t.Errorf("got %+v, %v, want %+v", got, err, m)
		}
	}
}

// TestLettersOfAnEarlierWeir: its database has the new columns once it is opened, and of what was found before only later views are known.
func TestLettersOfAnEarlierWeir(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	letter := engine.DeadLetter{Source: "s", Partition: "0", Offset: 1, Value: []byte("x"), Reason: "odd"}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{letter}}))
	for _, column := range []string{"views", "meta", "replayed", "replayed_at", "error", "epoch"} {
		check(t, s.session.exec(ctx, "ALTER TABLE weir.dead_letters DROP COLUMN "+column))
	}
	check(t, s.session.exec(ctx, `ALTER TABLE weir.late_rows DROP COLUMN "offset"; ALTER TABLE weir.late_rows DROP COLUMN epoch`))
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	if got, err := s.Letters(ctx, Lacked{}); err != nil || len(got) > 0 {
		t.Errorf("%v, %d letters to replay", err, len(got))
	}
	letter.Again, letter.Views = true, []string{"later"}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, DeadLetters: []engine.DeadLetter{letter}, Late: []engine.LateRow{{View: "a", Row: "{}"}}}))
	wantLetters(t, s, "1 [later]")
}
