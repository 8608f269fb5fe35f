package detector

import (
	"math"
	"time"
)

// autoMethod adds up what unlike parts say of each column.
//
//	part      what it says                                                                  what it sees                  level T
//	spike     r = |e − median| / Q, e the error of the best season's forecast, Q half of    one row far out, at once      3
//	          the range that holds 95 % of the last 256 errors
//	errors    likelihood of the mean of the last 5 of min(|e|, 5 Q)                         a few rows off their usual    3
//	drift     mean of the last 20 rows against such means                                   a level that goes astray      3
//	shape 6   two blocks of 6 rows unlike any before (neighbour)                            a value or shape that is new  1
//	shape 12  four blocks of 12 rows unlike any before                                      a longer shape that is new    1
//
//	s = Σ min(what a part says/T, 2);  rank = −log10 of the share of the key's earlier rows with as much
//	alone = r · min(1, 3.3 MAD / Q)²;  a = max(s + rank, 7 alone / spikes);  score = a/(a + 7)
//
// No part is enough in the sum (2 of 10, and rank 4 at most): two that see different things must agree. The rank makes it harder for a key whose
// parts often have something to say. A spike is enough alone if it is so many times as far out as errors are, as the option spikes says: 5 Q are
// 11 deviations of a normal variable, of which Q is 3.3 MAD; where tails are heavier, it takes more. Ranges and limits are robust: spikes in up to
// one row of 40 do not hide one another. With several columns the score is the highest of a column, and the reason names it.
//
// After Lavin and Ahmad 2015 (likelihood), Hampel 1974 (robust scale), Lu et al. 2022 (shapes). State: 8 KB a column. Cost: about
// 1.2 µs a row, and twice that where another key has each row, as the state is not in a cache then.
func autoMethod() Method {
	return Method{
		Name: "auto",
		Doc: "Adds up unlike parts: spikes and errors of a forecast by season, drift of the level, shapes that are new. " +
			"Takes one column or several. Take this one if you do not know what to expect.",
		Formula: "s = Σ min(part/T, 2) over five parts; a = max(s + rank, 7 alone/spikes); score a/(a + 7), rank −log10 of the share of the key's earlier rows with as much, alone how far out the row is by itself, in ranges that hold 95 % of errors",
		Paper:   "Lavin and Ahmad 2015 (arXiv:1510.03336), Hampel 1974, Lu et al. 2022 (KDD)",
		State:   "8 KB a column",
		Example: "SELECT *, anomaly(value) OVER (PARTITION BY sensor ORDER BY ts) AS a FROM reading",
		Options: common(150, 0, seasonOption(), Option{
			Name: "spikes", Type: Number, Default: 5.0, Max: 1e6,
			Doc: "How many times as far out as usual errors a row must be to be an anomaly by itself; 0 if it is never enough by itself.",
		}),
		New: gated(func(columns int, s Settings) func() part {
			all := blendSettings{season: s.Interval("season"), spikes: s.Number("spikes"), band: bandOf(s), width: widthOf(s)}
			return func() part {
				a := &auto{columns: make([]blend, columns)}
				for i := range a.columns {
					a.columns[i] = newBlend(all)
				}
				return a
			}
		}),
	}
}

// auto is a blend of each column.
type auto struct{ columns []blend }

func (a *auto) next(at int64, x []float64) verdict {
	if len(x) == 1 {
		return a.columns[0].next(at, x)
	}
	highest := verdict{surprise: -1}
	for i := range a.columns {
		if v := a.columns[i].next(at, x[i:i+1]); v.surprise > highest.surprise {
			highest = v
			highest.why.column = int32(i + 1)
		}
	}
	highest.forecast = noForecast
	return highest
}

func (a *auto) fields(s *state) {
	for i := range a.columns {
		a.columns[i].fields(s)
	}
}

// blendSettings are those of every blend.
type blendSettings struct {
	season time.Duration // 0 if it is to be found
	spikes float64       // Q that are enough alone; 0 if none are
	band   float64       // half of it, in Q
	width  float64       // half of drift's, in deviations
}

// blend is the parts of one column. They lie side by side, not behind pointers: with many keys, a row's cost is to fetch its key's state.
type blend struct {
	blendSettings
	seasons seasons
	last    ordered[float32] // errors of the forecast
	sizes   moments          // |error|
	errors  likelihood
	drift   drift
	shapes  [2]neighbour
	sums    ranks
}

const (
	rowLevel   = 3.0 // T of the parts that speak on every row
	shapeLevel = 1.0 // T of those that speak at the end of a block, seldom
	mostVotes  = 2.0 // times its level that a part counts at most
	evenSum    = 7.0 // the sum, with its rank, whose score is a half

	lastErrors = 256  // of which Q is taken
	leastRange = 40   // errors that there must be for it
	lightest   = 0.1  // of 3.3 MAD/Q: half of the errors may be equal
	outOfRange = 40   // one of how many errors may lie above the range, and one below
	errorLimit = 5    // Q
	errorRows  = 5    // of which the likelihood takes the mean
	shapeRows  = 3000 // in which shapes are looked for
)

func newBlend(s blendSettings) blend {
	return blend{
		blendSettings: s,

		seasons: *newSeasons(s.season),
		last:    newOrdered[float32](lastErrors),
		sizes:   moments{memory: missMemory},
		errors:  newLikelihood(errorRows),
		drift:   *newDrift(20, 2000, s.width),
		shapes:  [2]neighbour{*newNeighbour(6, 2, shapeRows/6), *newNeighbour(12, 4, shapeRows/12)},
	}
}

// bandOf is how many Q a row may be off: what is enough alone at the threshold, or what gives the spike all its votes.
func bandOf(s Settings) float64 {
	if spikes := s.Number("spikes"); spikes > 0 {
		return spikes * surpriseOf(min(s.Number("threshold"), 1-1e-9)) / evenScore
	}
	return rowLevel * mostVotes
}

// votes add up what the parts say, and keep the reason of the one that says most.
type votes struct {
	sum, highest float64
	why          Reason
}

func (v *votes) add(surprise, level float64, why Reason) {
	share := min(surprise/level, mostVotes)
	v.sum += share
	if share > v.highest {
		v.highest, v.why = share, why
	}
}

func (b *blend) next(at int64, x []float64) verdict {
	var all votes
	f, alone := b.foretold(at, x[0], &all)
	d := b.drift.next(at, x)
	all.add(d.surprise, rowLevel, d.why)
	for i := range b.shapes {
		v := b.shapes[i].next(at, x)
		all.add(v.surprise, shapeLevel, v.why)
	}
	a := all.sum + b.sums.rank(all.sum)
	if b.spikes > 0 {
		a = max(a, evenSum*alone/b.spikes)
	}
	return verdict{surprise: a * evenScore / evenSum, forecast: f, why: all.why}
}

// foretold judges x by the forecast for its time: by itself, and with the rows before it. alone is what it is by itself.
func (b *blend) foretold(at int64, x float64, all *votes) (f forecast, alone float64) {
	f = noForecast
	expected, grain, ok := b.seasons.forecast(at)
	if !ok {
		b.seasons.learn(at, x)
		return f, 0
	}
	e := beyond(x-expected, grain)
	size := math.Abs(e)
	if len(b.last.values) >= leastRange {
		u := b.habit(expected)
		middle := expected + u.median
		f = forecast{middle, middle - b.band*u.q/u.heavy, middle + b.band*u.q/u.heavy}
		r := min(math.Abs(e-u.median)/u.q, mostDeviations)
		alone = r * u.heavy
		all.add(r, rowLevel, out(far, x, f, r))
		size = min(size, errorLimit*u.q)
	}
	z := b.errors.deviations(size)
	all.add(surprise(z), rowLevel, Reason{cause: unusual, figure: z})
	b.seasons.learn(at, expected+math.Copysign(size, e))
	b.last.push(min(max(e, -math.MaxFloat32), math.MaxFloat32))
	b.sizes.learn(math.Abs(e))
	return f, alone
}

// habit is what the last errors are like.
type habit struct {
	median float64
	q      float64 // half of the range that holds 95 % of them, but no less than the mean of |error|
	heavy  float64 // 1 for tails like those of a normal variable, less for heavier ones
}

// normalQ is q of a normal variable, in MAD: 2.24/0.6745.
const normalQ = 3.3

func (b *blend) habit(expected float64) habit {
	n := len(b.last.values)
	k := n / outOfRange
	m := b.last.median()
	q := floored(max(b.last.ranked(n-1-k)-m, m-b.last.ranked(k), b.sizes.mean), expected)
	h := max(min(1, normalQ*b.last.near(m, n/2)/q), lightest)
	return habit{median: m, q: q, heavy: h * h}
}

func (b *blend) fields(s *state) {
	b.seasons.fields(s)
	b.last.fields(s)
	b.sizes.fields(s)
	b.errors.fields(s)
	b.drift.fields(s)
	b.shapes[0].fields(s)
	b.shapes[1].fields(s)
	b.sums.fields(s)
}
