package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	godriver "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// RegisterDetectors makes known to a DuckDB, for all its connections, the functions by which it computes detectors: see plan.DetectorSQL.
//
//	rows ─► weir_push ─┬─► window (waits for all rows) ─► weir_scored ─► scores
//	                   └─► collector, one for each weir_push in a plan ─────┘
//
// A collector lives as long as the plan that its weir_push is part of, and holds the rows of the plan's last run.
func RegisterDetectors(conn *sql.Conn, d *engine.Detectors) error {
	push := func(c godriver.ScalarFuncConfig) godriver.ScalarFunc { return &pushing{c} }
	score := func(c godriver.ScalarFuncConfig) godriver.ScalarFunc { return &scoring{c, d} }
	return errors.Join(
		registerDetector(conn, plan.DetectorPush, types.Of(types.BigInt), push, types.Varchar, types.UBigInt),
		registerDetector(conn, plan.DetectorScored, plan.Scored(), score, types.Varchar, types.BigInt, types.BigInt, types.UBigInt),
	)
}

// registerDetector registers f(first arguments, time, x, …), for each type of time. The functions have effects, and are not declared so: an
// alias of what has effects cannot be used. They are called for every row all the same, because DuckDB computes once for several rows only
// what depends on one column.
func registerDetector(conn *sql.Conn, name string, result types.Type, make func(godriver.ScalarFuncConfig) godriver.ScalarFunc, first ...types.ID) error {
	var set []godriver.ScalarFunc
	for _, time := range []types.ID{types.Timestamp, types.TimestampTZ} {
		c := godriver.ScalarFuncConfig{SpecialNullHandling: true}
		for _, t := range append(slices.Clone(first), time, types.Double) {
			info, err := typeInfo(conn, types.Of(t))
			if err != nil {
				return fmt.Errorf("duckdb: registering %s: %w", name, err)
			}
			c.InputTypeInfos, c.VariadicTypeInfo = append(c.InputTypeInfos, info), info
		}
		var err error
		if c.ResultTypeInfo, err = typeInfo(conn, result); err != nil {
			return fmt.Errorf("duckdb: registering %s: %w", name, err)
		}
		set = append(set, make(c))
	}
	if err := godriver.RegisterScalarUDFSet(conn, name, set...); err != nil {
		return fmt.Errorf("duckdb: registering %s: %w", name, err)
	}
	return nil
}

// pushing is weir_push(spec, key, time, x, …): it puts rows together, and returns the number of where they are.
type pushing struct{ config godriver.ScalarFuncConfig }

type collectorKey struct{}

// Config implements godriver.ScalarFunc.
func (p *pushing) Config() godriver.ScalarFuncConfig { return p.config }

// Executor implements godriver.ScalarFunc.
func (p *pushing) Executor() godriver.ScalarFuncExecutor {
	return godriver.ScalarFuncExecutor{
		ScalarBinder: func(_ context.Context, arguments []godriver.ScalarUDFArg) (context.Context, error) {
			return context.WithValue(context.Background(), collectorKey{}, newCollector(len(arguments)-3)), nil
		},
		RowContextExecutor: func(ctx context.Context, values []driver.Value) (any, error) {
			c, _ := ctx.Value(collectorKey{}).(*collector)
			if c == nil {
				return nil, errors.New("a detector was planned without a place for its rows")
			}
			point, ok := pointOf(values[1:])
			if !ok {
				point.x[0] = math.NaN()
			}
			return c.number, c.push(point)
		},
	}
}

// scoring is weir_scored(spec, number, rows, key, time, x, …).
type scoring struct {
	config    godriver.ScalarFuncConfig
	detectors *engine.Detectors
}

type scorerKey struct{}

// Config implements godriver.ScalarFunc.
func (s *scoring) Config() godriver.ScalarFuncConfig { return s.config }

// Executor implements godriver.ScalarFunc.
func (s *scoring) Executor() godriver.ScalarFuncExecutor {
	return godriver.ScalarFuncExecutor{
		ScalarBinder: func(_ context.Context, arguments []godriver.ScalarUDFArg) (context.Context, error) {
			spec, _ := arguments[0].Value.(string)
			scorer, err := s.detectors.Compile(spec, len(arguments)-5)
			return context.WithValue(context.Background(), scorerKey{}, scorer), err
		},
		RowContextExecutor: func(ctx context.Context, values []driver.Value) (any, error) {
			scorer, _ := ctx.Value(scorerKey{}).(func() engine.Scorer)
			number, _ := values[1].(int64)
			rows, _ := values[2].(int64)
			point, ok := pointOf(values[3:])
			if !ok {
				return nil, nil
			}
			score, err := collected(number).score(point, int(rows), scorer)
			if err != nil {
				return nil, err
			}
			return scoreRow(score), nil
		},
	}
}

// pointOf reads key, time, x, …; false where nothing can be scored.
func pointOf(values []driver.Value) (point, bool) {
	at, timed := values[1].(time.Time)
	key, _ := values[0].(uint64)
	p := point{key: key, at: at.UnixMicro(), x: make([]float64, len(values)-2)}
	for i, v := range values[2:] {
		x, ok := v.(float64)
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			return p, false
		}
		p.x[i] = x + 0 // which makes 0 of -0: they are equal
	}
	return p, timed
}

// scoreRow is a score as a value of the type plan.Scored.
func scoreRow(s engine.Score) map[string]any {
	row := map[string]any{"score": s.Score, "is_anomaly": s.Anomaly, "expected": nil, "lower": nil, "upper": nil, "reason": nil}
	for name, value := range map[string]float64{"expected": s.Expected, "lower": s.Lower, "upper": s.Upper} {
		if !math.IsNaN(value) {
			row[name] = value
		}
	}
	if s.Reason != "" {
		row["reason"] = s.Reason
	}
	return row
}
