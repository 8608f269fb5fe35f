package node

import (
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/detector"
	"github.com/weirdb/weir/sql/planner"
	"github.com/weirdb/weir/sql/scoring"
)

// Detectors is what a DuckDB needs to compute anomaly(x) OVER (…), with all detectors there are.
func Detectors() *engine.Detectors {
	return &engine.Detectors{Rewrite: scoring.Rewriter{Check: checkDetector}.Rewrite, Compile: compileDetector, Functions: detectorFunctions()}
}

// plannedDetectors is what the planner knows of them.
var plannedDetectors = planner.Detectors{Check: checkDetector, State: detectorState}

func checkDetector(method string, columns int, options map[string]any) error {
	_, err := detector.Compile(method, columns, options)
	return err
}

func detectorState(method string) string {
	m, err := detector.Find(method)
	if err != nil {
		return ""
	}
	return m.State
}

// compileDetector makes scorers of a specification.
func compileDetector(spec string, columns int) (func() engine.Scorer, error) {
	d, err := plan.DetectorOf(spec)
	if err != nil {
		return nil, err
	}
	make, err := detector.Compile(d.Method, columns, d.Options)
	if err != nil {
		return nil, err
	}
	return func() engine.Scorer { return scorer{make()} }, nil
}

// scorer is a detector as the store calls it.
type scorer struct{ detector.Detector }

// Score implements engine.Scorer.
func (s scorer) Score(at int64, x []float64) engine.Score {
	r := s.Next(at, x)
	return engine.Score{Score: r.Score, Anomaly: r.Anomaly, Expected: r.Expected, Lower: r.Lower, Upper: r.Upper, Reason: r.Reason.String()}
}

// detectorFunctions are the calls, by the methods' declarations.
func detectorFunctions() []engine.DetectorFunction {
	var out []engine.DetectorFunction
	for _, m := range detector.Methods() {
		f := engine.DetectorFunction{Name: (&plan.Detector{Method: m.Name}).Function(), Parameters: []string{"x"}, Description: m.Doc, Example: example(m.Example)}
		if m.Name == "auto" {
			f.Parameters = append(f.Parameters, "detector")
		}
		for i := range m.Options {
			f.Parameters = append(f.Parameters, m.Options[i].Name)
		}
		out = append(out, f)
	}
	return out
}

// example is the call in a SELECT.
func example(query string) string {
	at := strings.Index(query, plan.DetectorFunction)
	end := strings.LastIndex(query, ")")
	if at < 0 || end < at {
		return query
	}
	return query[at : end+1]
}
