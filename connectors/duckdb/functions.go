package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"unsafe"

	godriver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Register makes functions known to a DuckDB, for all its connections. Several may have one name, with other arguments.
func Register(conn *sql.Conn, functions []engine.Function) error {
	for _, f := range functions {
		if err := unknown(conn, f.Name); err != nil {
			return fmt.Errorf("duckdb: registering function %s: %w", f.Name, err)
		}
	}
	for _, f := range functions {
		udf, err := newUDF(conn, f)
		if err == nil {
			err = godriver.RegisterScalarUDF(conn, f.Name, udf)
		}
		if err != nil {
			return fmt.Errorf("duckdb: registering function %s: %w", f.Name, err)
		}
	}
	return nil
}

// unknown refuses the name of a function that there is. DuckDB would take another of its name in silence, and a kernel of Weir's may
// compute what has the name.
func unknown(conn *sql.Conn, name string) error {
	var n int
	const count = "SELECT count(*) FROM duckdb_functions() WHERE lower(function_name) = lower(?)"
	if err := conn.QueryRowContext(context.Background(), count, name).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return errors.New("DuckDB has a function of this name: choose another")
	}
	return nil
}

// udf is a function as the driver calls it.
type udf struct {
	config godriver.ScalarFuncConfig
	call   func([]any) (any, error)
}

func newUDF(conn *sql.Conn, f engine.Function) (*udf, error) {
	u := &udf{call: f.Call}
	for _, t := range f.Arguments {
		info, err := typeInfo(conn, t)
		if err != nil {
			return nil, err
		}
		u.config.InputTypeInfos = append(u.config.InputTypeInfos, info)
	}
	var err error
	u.config.ResultTypeInfo, err = typeInfo(conn, f.Returns)
	return u, err
}

// Config implements godriver.ScalarFunc.
func (u *udf) Config() godriver.ScalarFuncConfig { return u.config }

// Executor implements godriver.ScalarFunc.
func (u *udf) Executor() godriver.ScalarFuncExecutor {
	return godriver.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		arguments := make([]any, len(values))
		for i, v := range values {
			arguments[i] = v
		}
		return u.call(arguments)
	}}
}

// typeInfo is the driver's form of a type, which DuckDB itself tells.
func typeInfo(conn *sql.Conn, t types.Type) (info godriver.TypeInfo, err error) {
	err = conn.Raw(func(raw any) error {
		prepared, err := raw.(*godriver.Conn).PrepareContext(context.Background(), "SELECT NULL::"+t.String())
		if err != nil {
			return err
		}
		info, err = prepared.(*godriver.Stmt).ColumnTypeInfo(0)
		return errors.Join(err, prepared.Close())
	})
	return info, err
}

// instance is an open database in memory.
type instance struct {
	db    mapping.Database
	close func()
}

// openInstance opens a database in memory, and registers functions in it. Only the driver can register functions in Go: where there are
// any, and register is not nil, it opens the database, and lends its handle.
func openInstance(settings map[string]string, register func(*sql.Conn) error) (instance, error) {
	if register == nil {
		db, err := openDatabase("", settings)
		return instance{db: db, close: func() { mapping.Close(&db) }}, err
	}
	query := url.Values{}
	for name, value := range settings {
		query.Set(name, value)
	}
	connector, err := godriver.NewConnector("?"+query.Encode(), nil)
	if err != nil {
		return instance{}, err
	}
	db := sql.OpenDB(connector)
	in := instance{db: handle(connector), close: func() { _ = db.Close() }}
	conn, err := db.Conn(context.Background())
	if err == nil {
		err = errors.Join(register(conn), conn.Close())
	}
	if err != nil {
		in.close()
	}
	return in, err
}

// handle is the database that a connector has opened, which the driver does not show.
func handle(c *godriver.Connector) mapping.Database {
	return *(*mapping.Database)(unsafe.Pointer(reflect.ValueOf(c).Elem().FieldByName("db").UnsafeAddr()))
}
