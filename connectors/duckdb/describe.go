package duckdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// Description is what a statement answers and takes.
type Description struct {
	Columns []types.Field
	// Parameters are the types of $1, $2, …; Null where the statement leaves it open. Columns are nil where their types depend on that.
	Parameters []types.Type
}

// Describe plans a statement of a user that only reads, and does not run it. It may have the parameters $1, $2, …, without gaps.
func (s *Store) Describe(ctx context.Context, sql string) (*Description, error) {
	if err := s.LockDown(); err != nil {
		return nil, queryError("describe", err)
	}
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, queryError("describe", err)
	}
	defer reader.close()
	if err := vet(ctx, reader, sql, allowance{true, s.beside}); err != nil {
		return nil, queryError("describe", err)
	}
	written, err := reader.rewritten(ctx, s.detectors, sql)
	if err != nil {
		return nil, queryError("describe", err)
	}
	d, err := reader.describe(ctx, written.SQL)
	if err = inOriginal(written, err); err != nil {
		return nil, queryError("describe", err)
	}
	return d, nil
}

func (s *session) describe(ctx context.Context, sql string) (*Description, error) {
	var p *statement
	err := s.interruptible(ctx, func() (err error) {
		p, _, err = s.prepareCarried(sql)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer p.close()
	d := &Description{}
	if d.Parameters, err = p.parameters(); err != nil {
		return nil, err
	}
	if d.Columns, err = p.columns(); err != nil && len(d.Parameters) > 0 {
		return &Description{Parameters: d.Parameters}, nil
	}
	return d, err
}

// parameters are the types of the statement's parameters, Null where the plan says none.
func (p *statement) parameters() ([]types.Type, error) {
	out := make([]types.Type, mapping.NParams(p.stmt))
	for i := range out {
		name := fmt.Sprint(i + 1)
		var at mapping.IdxT
		if mapping.BindParameterIndex(p.stmt, &at, name) == mapping.StateError {
			return nil, fmt.Errorf("there are %d parameters, and none of them is $%s: they are $1, $2 and so on", len(out), name)
		}
		logical := mapping.ParamLogicalType(p.stmt, at)
		if t, err := logicalTypeOf(logical); err == nil {
			out[i] = t
		}
		mapping.DestroyLogicalType(&logical)
	}
	return out, nil
}

// bindTexts sets the parameters $1, $2, … to texts, or NULL where nil.
func (p *statement) bindTexts(texts []*string) error {
	if n := int(mapping.NParams(p.stmt)); n != len(texts) && texts != nil {
		return fmt.Errorf("the statement has %d parameters, %d were given", n, len(texts))
	}
	for i, text := range texts {
		at, err := p.parameter(i + 1)
		if err != nil {
			return err
		}
		if p.bindText(at, text) == mapping.StateError {
			return fmt.Errorf("cannot bind parameter $%d", i+1)
		}
	}
	return nil
}

// parameter is where the parameter $n is bound.
func (p *statement) parameter(n int) (at mapping.IdxT, err error) {
	if mapping.BindParameterIndex(p.stmt, &at, fmt.Sprint(n)) == mapping.StateError {
		return 0, fmt.Errorf("the statement has no parameter $%d", n)
	}
	return at, nil
}

func (p *statement) bindText(at mapping.IdxT, text *string) mapping.State {
	if text == nil {
		return mapping.BindNull(p.stmt, at)
	}
	return mapping.BindVarcharLength(p.stmt, at, *text, mapping.IdxT(len(*text)))
}

// DefineBeside makes views and macros in an in-memory database beside the results, under the given name, which queries may use from then
// on. They end with the store, and nothing of them is in the file. Call it before the first Query.
func (s *Store) DefineBeside(name, sql string) error {
	session, err := connect(s.db)
	if err != nil {
		return queryError("define "+name, err)
	}
	defer session.close()
	if s.beside != "" {
		return queryError("define "+name, errors.New(s.beside+" is there already"))
	}
	attach := fmt.Sprintf("ATTACH ':memory:' AS %s; USE %s; ", types.QuoteIdent(name), types.QuoteIdent(name))
	if err := session.exec(context.Background(), attach+sql); err != nil {
		return queryError("define "+name, err)
	}
	s.beside = name
	return nil
}
