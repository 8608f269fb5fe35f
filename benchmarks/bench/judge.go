package bench

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	duck "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/types"
)

// Judge is a DuckDB that has the same events as Weir in tables, and says whether Weir's answers are DuckDB's. It is for one
// goroutine.
type Judge struct {
	db   *sql.DB
	conn *sql.Conn
}

// shown is how many differing rows an error has of each kind.
const shown = 5

// OpenJudge opens the database at path, or one in memory if that is empty. The caller closes it.
func OpenJudge(ctx context.Context, path string) (*Judge, error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return nil, fmt.Errorf("open the judge: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the judge: %w", err), db.Close())
	}
	j := &Judge{db: db, conn: conn}
	macros := strings.ReplaceAll(duckdb.WindowMacros(), "CREATE MACRO", "CREATE OR REPLACE MACRO")
	if err := j.Exec(ctx, "SET TimeZone = 'UTC'; "+macros); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// Close closes the database; what is in memory goes with it.
func (j *Judge) Close() error { return errors.Join(j.conn.Close(), j.db.Close()) }

// Exec runs statements.
func (j *Judge) Exec(ctx context.Context, text string) error {
	if _, err := j.conn.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}

// Load makes a table of all batches that r reads. It does not release r.
func (j *Judge) Load(ctx context.Context, table string, r array.RecordReader) error {
	err := j.conn.Raw(func(c any) error {
		a, err := duck.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		release, err := a.RegisterView(r, "arriving")
		if err != nil {
			return err
		}
		defer release()
		if _, err := c.(driver.ExecerContext).ExecContext(ctx, "CREATE TABLE "+types.QuoteIdent(table)+" AS FROM arriving", nil); err != nil {
			return err
		}
		return r.Err()
	})
	if err != nil {
		return fmt.Errorf("load table %s: %w", table, err)
	}
	return nil
}

// Expect computes a view's SELECT, if that has not been done before.
func (j *Judge) Expect(ctx context.Context, view, text string) error {
	return j.Exec(ctx, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s AS %s", expected(view), text))
}

func expected(view string) string { return types.QuoteIdent("want_" + view) }

// Check compares a view in Weir's database, which must not be open, with what Expect has computed: the same rows, each as often.
// The error shows rows that differ. It also looks for late rows and dead letters: with those, a figure is of less work.
func (j *Judge) Check(ctx context.Context, database, view string) (err error) {
	if err := j.Exec(ctx, fmt.Sprintf("ATTACH %s AS weir_answer (READ_ONLY)", types.QuoteString(database))); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Exec(context.WithoutCancel(ctx), "DETACH weir_answer")) }()
	wrong, err := j.differences(ctx, "weir_answer.main."+types.QuoteIdent(view), expected(view))
	if err != nil {
		return fmt.Errorf("check view %s: %w", view, err)
	}
	for what, table := range map[string]string{"late": "late_rows", "dead letter": "dead_letters"} {
		rows, err := j.texts(ctx, what, "FROM weir_answer.weir."+table)
		if err != nil {
			return fmt.Errorf("check view %s: %w", view, err)
		}
		wrong = append(wrong, rows...)
	}
	return refuse(view, wrong)
}

// CheckTable compares a table of the judge's own, which holds another system's answer, with what Expect has computed for a view.
func (j *Judge) CheckTable(ctx context.Context, table, view string) error {
	wrong, err := j.differences(ctx, types.QuoteIdent(table), expected(view))
	if err != nil {
		return fmt.Errorf("check view %s: %w", view, err)
	}
	return refuse(view, wrong)
}

// refuse is an error if anything is wrong.
func refuse(view string, wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("view %s is not what DuckDB computes over the same events:\n%s", view, strings.Join(wrong, "\n"))
}

// differences are the first rows that two tables do not have equally often. Where both have as many rows, and the one has nothing
// that the other has not, the other has no more either.
func (j *Judge) differences(ctx context.Context, got, want string) ([]string, error) {
	many, err := j.texts(ctx, "too many", fmt.Sprintf("FROM %s EXCEPT ALL FROM %s", got, want))
	if err != nil {
		return nil, err
	}
	var gotRows, wantRows int64
	counts := fmt.Sprintf("SELECT (SELECT count(*) FROM %s), (SELECT count(*) FROM %s)", got, want)
	if err := j.conn.QueryRowContext(ctx, counts).Scan(&gotRows, &wantRows); err != nil {
		return nil, fmt.Errorf("%s: %w", counts, err)
	}
	if len(many) == 0 && gotRows == wantRows {
		return nil, nil
	}
	few, err := j.texts(ctx, "missing", fmt.Sprintf("FROM %s EXCEPT ALL FROM %s", want, got))
	return append(append([]string{fmt.Sprintf("%d rows, want %d", gotRows, wantRows)}, many...), few...), err
}

// texts are the first rows of a query, and what they are.
func (j *Judge) texts(ctx context.Context, what, query string) ([]string, error) {
	rows, err := j.conn.QueryContext(ctx, fmt.Sprintf("SELECT t::VARCHAR FROM (%s LIMIT %d) t", query, shown))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, what+": "+text)
	}
	return out, rows.Err()
}

// Count is the number of rows that Expect has computed for a view.
func (j *Judge) Count(ctx context.Context, view string) (int64, error) {
	var n int64
	err := j.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+expected(view)).Scan(&n)
	return n, err
}

// Claim is what must hold of the tables: a query whose answer is true. NULL, as an aggregate over no rows, is not.
type Claim struct{ What, Query string }

// Hold is an error that names the first claim that does not hold.
func (j *Judge) Hold(ctx context.Context, claims []Claim) error {
	for _, c := range claims {
		var holds sql.NullBool
		if err := j.conn.QueryRowContext(ctx, c.Query).Scan(&holds); err != nil {
			return fmt.Errorf("%s: %w", c.Query, err)
		}
		if !holds.Bool {
			return fmt.Errorf("the answer is wrong: not so that %s: %s", c.What, c.Query)
		}
	}
	return nil
}
