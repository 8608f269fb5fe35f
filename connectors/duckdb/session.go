package duckdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// session is one connection to an open database. One goroutine uses it at a time.
//
// It calls DuckDB's C interface through the driver's mapping package: database/sql offers neither prepared statements that
// answer in Arrow, nor streamed results, nor the alias by which a JSON column differs from a VARCHAR.
type session struct {
	conn mapping.Connection
}

// openDatabase opens a database file, or one in memory if path is empty. Close it with mapping.Close.
func openDatabase(path string, settings map[string]string) (mapping.Database, error) {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return mapping.Database{}, errors.New("cannot create a configuration")
	}
	defer mapping.DestroyConfig(&config)
	for name, value := range settings {
		if mapping.SetConfig(config, name, value) == mapping.StateError {
			return mapping.Database{}, fmt.Errorf("cannot set %s to %q", name, value)
		}
	}
	var db mapping.Database
	var message string
	if mapping.OpenExt(path, &db, config, &message) == mapping.StateError {
		mapping.Close(&db)
		return mapping.Database{}, parseError(message)
	}
	return db, nil
}

func connect(db mapping.Database) (*session, error) {
	s := &session{}
	if mapping.Connect(db, &s.conn) == mapping.StateError {
		return nil, errors.New("cannot connect")
	}
	return s, nil
}

func (s *session) close() { mapping.Disconnect(&s.conn) }

// exec runs a text of one or more statements and drops their results.
func (s *session) exec(ctx context.Context, sql string) error {
	return s.interruptible(ctx, func() error {
		var res mapping.Result
		state := mapping.Query(s.conn, sql, &res)
		defer mapping.DestroyResult(&res)
		if state == mapping.StateError {
			return parseError(mapping.ResultError(&res))
		}
		return nil
	})
}

// interruptEvery is how often a cancelled call is told so again: DuckDB forgets an interrupt between its own steps.
const interruptEvery = 20 * time.Millisecond

// interruptible runs a call into DuckDB that ends early when ctx is done.
func (s *session) interruptible(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		return call()
	}
	returned, quiet := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(quiet)
		s.interruptUntil(returned)
	})
	err := call()
	close(returned)
	if !stop() {
		<-quiet // or the interrupt would hit the session's next call
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (s *session) interruptUntil(returned <-chan struct{}) {
	for {
		select {
		case <-returned:
			return
		default:
			mapping.Interrupt(s.conn)
			time.Sleep(interruptEvery)
		}
	}
}

// transaction runs work in a transaction: all of it or, on an error, nothing.
func (s *session) transaction(ctx context.Context, work func() error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	err := work()
	if err == nil {
		// Whether a commit that is interrupted took place would be unknown.
		_, err = s.execute(context.Background(), "COMMIT")
	}
	if err != nil {
		// A failed COMMIT has rolled back already; then there is nothing to roll back, and the first error counts.
		_ = s.exec(context.Background(), "ROLLBACK")
	}
	return err
}

// begin starts a transaction. One that failed for want of memory may still be there, because its ROLLBACK wanted memory too;
// then it ends first.
func (s *session) begin(ctx context.Context) error {
	_, err := s.execute(ctx, "BEGIN TRANSACTION")
	if err == nil || s.exec(context.Background(), "ROLLBACK") != nil {
		return err
	}
	return s.exec(ctx, "BEGIN TRANSACTION")
}
