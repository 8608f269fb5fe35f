package runtime

import "github.com/weirdb/weir/engine"

// retentionSteps is how many times rows are dropped while as much event time passes as they are kept: each time looks for them in
// the view's table.
const retentionSteps = 100

// expiry is what the view's table has no room for any longer; false if that is nothing, or little.
//
//	event time   ────┬───────────── Keep ─────────────┬────►
//	                 └ rows before go                 └ horizon of the view's rows
func (q *query) expiry() (e engine.Expiry, ok bool) {
	r := q.Retention
	if r == nil {
		return e, false
	}
	horizon := q.watermark() // at the end of the input, when the horizon is behind all time, what is kept is kept
	for _, n := range q.Results {
		horizon = min(horizon, q.horizonOf(n))
	}
	if horizon < engine.MinTime+r.Keep {
		return e, false
	}
	q.expiring = horizon - r.Keep
	if q.expired != engine.MinTime && q.expiring < q.expired+r.Keep/retentionSteps {
		return e, false
	}
	return engine.Expiry{View: q.Name, Where: r.Expired(q.expiring)}, true
}
