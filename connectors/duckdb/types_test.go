package duckdb

import (
	"context"
	"database/sql/driver"
	"strings"
	"testing"

	duckdbgo "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/types"
)

// driverTypes returns the types of a statement's result as the Go driver tells them.
func driverTypes(t *testing.T, sql string) ([]types.Type, error) {
	t.Helper()
	connector, err := duckdbgo.NewConnector("", nil)
	check(t, err)
	defer connector.Close()
	conn, err := connector.Connect(context.Background())
	check(t, err)
	defer conn.Close()
	prepared, err := conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), sql)
	check(t, err)
	defer prepared.Close()
	stmt := prepared.(*duckdbgo.Stmt)
	n, err := stmt.ColumnCount()
	check(t, err)
	var out []types.Type
	for i := range n {
		info, err := stmt.ColumnTypeInfo(i)
		check(t, err)
		known, err := TypeOf(info)
		if err != nil {
			return nil, err
		}
		out = append(out, known)
	}
	return out, nil
}

func TestTypeOfKnowsEveryType(t *testing.T) {
	sql, columns := sampleTable()
	got, err := driverTypes(t, "FROM "+sql)
	check(t, err)
	for i, c := range columns {
		// The driver does not tell JSON from VARCHAR.
		if want := strings.ReplaceAll(c.Type.String(), "JSON", "VARCHAR"); got[i].String() != want {
			t.Errorf("%s comes as %s", want, got[i])
		}
	}
}

func TestTypeOfRefusesOtherTypes(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 'a'::ENUM('a')": "ENUM", "SELECT union_value(a := 1)": "UNION", "SELECT '01'::BIT": "BIT", "SELECT 1::UHUGEINT": "UHUGEINT",
		"SELECT '10:00'::TIMETZ": "TIME WITH TIME ZONE", "SELECT [1]::INTEGER[1]": "array of fixed length", "SELECT {'a': [1::UHUGEINT]}": "UHUGEINT",
		"SELECT MAP {'a'::ENUM('a'): 1}": "ENUM", "SELECT MAP {1: '1'::BIT}": "BIT",
	} {
		if got, err := driverTypes(t, sql); err == nil || !strings.Contains(err.Error(), "type "+want) && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", sql, got, err)
		}
	}
}
