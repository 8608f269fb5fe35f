package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// A dead letter has one row. Beside what was wrong with it stands for whom:
//
//	views        those that have passed the record without having had it; a replay gives it to them, and to no others
//	replayed     those that a replay has given it to
//	replayed_at  when that was last tried, and error, why some of views were not given it
//	epoch        of the commit that found it
//
// A view's name stands in the lists only as long as its table: one that is replaced reads the record again.

// lettersSQL adds the columns that databases of an earlier weir do not have. In these, views and epoch are NULL for what was found before: they
// are not known.
const lettersSQL = `ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS views VARCHAR[];
ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS meta JSON;
ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS replayed VARCHAR[];
ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS replayed_at TIMESTAMPTZ;
ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS error VARCHAR;
ALTER TABLE weir.late_rows ADD COLUMN IF NOT EXISTS "offset" BIGINT;
ALTER TABLE weir.dead_letters ADD COLUMN IF NOT EXISTS epoch BIGINT;
ALTER TABLE weir.late_rows ADD COLUMN IF NOT EXISTS epoch BIGINT`

// completeLetters adds the columns, if they are missing.
func (s *Store) completeLetters(ctx context.Context) error {
	there, err := s.session.prepare("SELECT epoch FROM weir.dead_letters")
	if err != nil {
		return s.session.exec(ctx, lettersSQL)
	}
	there.close()
	return nil
}

// Letters that may be known, and what has become of replayed ones, come in by way of temporary tables, which are empty between commits. They
// are made when they are needed first.
const (
	lettersIn = `CREATE TEMP TABLE IF NOT EXISTS letters_in AS
		SELECT source, "partition", "offset", value, reason, "at", views, meta FROM weir.dead_letters LIMIT 0`
	replayedIn = `CREATE TEMP TABLE IF NOT EXISTS replayed_in AS
		SELECT source, "partition", "offset", value, views AS given, error, "at" FROM weir.dead_letters LIMIT 0`
)

// sameLetter says that rows d and i are of one letter: several may lie at one position.
const sameLetter = `d.source = i.source AND d."partition" = i."partition" AND d."offset" = i."offset" AND d.value IS NOT DISTINCT FROM i.value`

// met are the letters that may be known, each once.
const met = `(SELECT source, "partition", "offset", value, any_value(reason) AS reason, min("at") AS "at", list_sort(list_distinct(flatten(list(views)))) AS views,
	any_value(meta) AS meta FROM temp.main.letters_in GROUP BY source, "partition", "offset", value)`

// unknownLetters are those of them that are not known.
const unknownLetters = `SELECT source, "partition", "offset", value, reason, "at", views, meta FROM ` + met + ` i
	WHERE NOT EXISTS (FROM weir.dead_letters d WHERE ` + sameLetter + `)`

// Of a letter that is known, only what lacks it is new.
var addMet = []string{
	`UPDATE weir.dead_letters d SET views = list_sort(list_distinct(list_concat(coalesce(d.views, []), i.views))), meta = coalesce(d.meta, i.meta),
		error = CASE WHEN d.replayed_at IS NULL THEN d.error ELSE i.reason END
		FROM ` + met + ` i WHERE ` + sameLetter + ` AND NOT list_has_all(coalesce(d.views, []), i.views)`,
	`INSERT INTO weir.dead_letters (source, "partition", "offset", value, reason, "at", views, meta, epoch)
		SELECT *, (SELECT epoch FROM weir.checkpoint) + 1 FROM (` + unknownLetters + `)`,
	`DELETE FROM temp.main.letters_in`,
}

var noteReplayed = []string{
	`UPDATE weir.dead_letters d SET views = list_filter(d.views, lambda v: NOT list_contains(i.given, v)),
		replayed = list_sort(list_distinct(list_concat(coalesce(d.replayed, []), i.given))), replayed_at = i."at", error = i.error
		FROM temp.main.replayed_in i WHERE ` + sameLetter,
	`DELETE FROM temp.main.replayed_in`,
}

// writeLetters writes the dead letters of a commit, and what has become of those that were replayed.
func (s *Store) writeLetters(ctx context.Context, c *engine.Commit) error {
	if err := s.writeReplayed(ctx, c.Replayed); err != nil {
		return err
	}
	var again, fresh []engine.DeadLetter
	for _, d := range c.DeadLetters {
		if d.Again {
			again = append(again, d)
		} else {
			fresh = append(fresh, d)
		}
	}
	if err := s.appendLetters(database, "weir", "dead_letters", freshColumns, fresh, c.Epoch); err != nil {
		return err
	}
	if len(again) > 0 {
		if err := s.bringIn(ctx, again); err != nil {
			return err
		}
	}
	if err := s.postLetters(ctx, c.Epoch, fresh, len(again) > 0); err != nil || len(again) == 0 {
		return err
	}
	return s.session.executeAll(ctx, addMet...)
}

// bringIn puts letters that may be known into their temporary table.
func (s *Store) bringIn(ctx context.Context, again []engine.DeadLetter) error {
	if err := s.session.exec(ctx, lettersIn); err != nil {
		return err
	}
	return s.appendLetters("temp", "main", "letters_in", metColumns, again, 0)
}

// metColumns are those of letters_in; freshColumns those of weir.dead_letters, of which those behind are NULL in a new letter, but for its epoch.
var (
	textList     = types.ListOf(types.Of(types.Varchar))
	metColumns   = append(unparametered(types.Varchar, types.Varchar, types.BigInt, types.Blob, types.Varchar, types.TimestampTZ), textList, types.Of(types.Varchar))
	freshColumns = append(slices.Clone(metColumns), textList, types.Of(types.TimestampTZ), types.Of(types.Varchar), types.Of(types.BigInt))
)

func (s *Store) appendLetters(catalog, schema, table string, columns []types.Type, letters []engine.DeadLetter, epoch int64) error {
	return s.appendBuilt(catalog, schema, table, columns, len(letters), func(b *array.RecordBuilder, i int) {
		d := &letters[i]
		appendPlace(b, d)
		b.Field(4).(*array.StringBuilder).Append(d.Reason)
		b.Field(5).(*array.TimestampBuilder).AppendTime(d.At)
		appendList(b.Field(6), d.Views)
		if meta := b.Field(7).(*array.StringBuilder); d.Meta == nil {
			meta.AppendNull()
		} else {
			meta.Append(metaText(d.Meta))
		}
		if len(columns) == len(metColumns) {
			return
		}
		for at := len(metColumns); at < len(columns)-1; at++ {
			b.Field(at).AppendNull()
		}
		b.Field(len(columns) - 1).(*array.Int64Builder).Append(epoch)
	})
}

// appendPlace fills the columns that say which letter it is.
func appendPlace(b *array.RecordBuilder, d *engine.DeadLetter) {
	appendTexts(b, d.Source, d.Partition)
	b.Field(2).(*array.Int64Builder).Append(d.Offset)
	b.Field(3).(*array.BinaryBuilder).Append(d.Value)
}

func appendList(b array.Builder, texts []string) {
	list := b.(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.StringBuilder).AppendValues(texts, nil)
}

var replayedColumns = append(unparametered(types.Varchar, types.Varchar, types.BigInt, types.Blob), textList, types.Of(types.Varchar), types.Of(types.TimestampTZ))

func (s *Store) writeReplayed(ctx context.Context, replayed []engine.Replayed) error {
	if len(replayed) == 0 {
		return nil
	}
	if err := s.session.exec(ctx, replayedIn); err != nil {
		return err
	}
	err := s.appendBuilt("temp", "main", "replayed_in", replayedColumns, len(replayed), func(b *array.RecordBuilder, i int) {
		r := &replayed[i]
		appendPlace(b, &r.Letter)
		appendList(b.Field(4), r.Given)
		if problem := b.Field(5).(*array.StringBuilder); r.Problem == "" {
			problem.AppendNull()
		} else {
			problem.Append(r.Problem)
		}
		b.Field(6).(*array.TimestampBuilder).AppendTime(r.At)
	})
	if err != nil {
		return err
	}
	return s.session.executeAll(ctx, noteReplayed...)
}

// jsonMeta is how a message's metadata lies in a letter: bytes in base64.
type jsonMeta struct {
	Key       []byte          `json:"key"`
	Timestamp engine.Time     `json:"timestamp"` // µs since 1970
	Headers   []engine.Header `json:"headers,omitempty"`
}

func metaText(m *engine.Meta) string {
	text, err := json.Marshal(jsonMeta(*m))
	if err != nil {
		panic(err) // it has nothing that JSON has not
	}
	return string(text)
}

func metaOf(text string) (*engine.Meta, error) {
	var m jsonMeta
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("duckdb: metadata of a dead letter: %w", err)
	}
	out := engine.Meta(m)
	return &out, nil
}

// forgetIn takes a view, whose table goes, out of the dead letters.
func (c *Catalog) forgetIn(view string) error {
	for _, column := range []string{"views", "replayed"} {
		sql := fmt.Sprintf("UPDATE weir.dead_letters SET %[1]s = list_filter(%[1]s, lambda v: v <> $1) WHERE list_contains(%[1]s, $1)", column)
		if _, err := c.store.session.execute(c.ctx, sql, view); err != nil {
			return fmt.Errorf("taking view %s out of the dead letters: %w", view, err)
		}
	}
	return nil
}

// renameIn gives a view another name in the dead letters.
func (c *Catalog) renameIn(from, to string) error {
	for _, column := range []string{"views", "replayed"} {
		sql := fmt.Sprintf("UPDATE weir.dead_letters SET %[1]s = list_transform(%[1]s, lambda v: if(v = $1, $2, v)) WHERE list_contains(%[1]s, $1)", column)
		if _, err := c.store.session.execute(c.ctx, sql, from, to); err != nil {
			return fmt.Errorf("renaming view %s in the dead letters: %w", from, err)
		}
	}
	return nil
}
