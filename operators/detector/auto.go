package detector

import "math"

// autoMethod adds up what unlike parts say of each column.
//
//	part                                                       what it sees              level T
//	errors    errors of the best season's forecast, mean of 5, by likelihood   a row or a few off their usual         3
//	spike     the last error in the fitted tails of the last 256               one row far out, at once               3
//	drift     mean of the last 20 rows against such means                      a level that goes astray               3
//	shape 6   two blocks of 6 rows unlike any before (neighbour)               a value or shape that is new           1
//	shape 12  four blocks of 12 rows unlike any before                         a longer shape that is new             1
//
//	s = Σ min(surprise/T, 2);  rank = −log10 of the share of the key's earlier rows with as much;  score = (s + rank) / (s + rank + 6.5)
//
// No part is enough by itself (2 of 10, and rank 4 at most): two that see different things must agree. The rank makes it harder for a key whose
// parts often have something to say. With several columns the score is the highest of a column, and the reason names it.
// After Lavin and Ahmad 2015 (likelihood), Siffer et al. 2017 (tails), Lu et al. 2022 (shapes). State: 9 KB a column. Cost: about 1.5 µs a row.
func autoMethod() Method {
	return Method{
		Name: "auto",
		Doc: "Adds up unlike parts: errors of a forecast by season, spikes in fitted tails, drift of the level, shapes that are new. " +
			"Takes one column or several. Take this one if you do not know what to expect.",
		Formula: "s = Σ min(surprise/T, 2) over five parts; score (s + rank)/(s + rank + 6.5), rank −log10 of the share of the key's earlier rows with as much",
		Paper:   "after Lavin and Ahmad 2015 (arXiv:1510.03336), Siffer et al. 2017 (KDD), Lu et al. 2022 (KDD)",
		State:   "10 KB a column",
		Example: "SELECT *, anomaly(value) OVER (PARTITION BY sensor ORDER BY ts) AS a FROM reading",
		Options: common(150, 0, seasonOption()),
		New: gated(func(columns int, s Settings) part {
			a := &auto{}
			for range columns {
				a.columns = append(a.columns, newBlend(s))
			}
			return a
		}),
	}
}

// auto is a blend of each column.
type auto struct{ columns []*blend }

func (a *auto) next(at int64, x []float64) verdict {
	if len(x) == 1 {
		return a.columns[0].next(at, x)
	}
	highest := verdict{surprise: -1}
	for i, c := range a.columns {
		if v := c.next(at, x[i:i+1]); v.surprise > highest.surprise {
			highest = v
			highest.why.column = int32(i + 1)
		}
	}
	highest.forecast = noForecast
	return highest
}

func (a *auto) fields(s *state) {
	for _, c := range a.columns {
		c.fields(s)
	}
}

// blend is the parts of one column.
type blend struct {
	seasons *seasons
	errors  likelihood
	spikes  tails
	drift   *drift
	shapes  [2]*neighbour
	sums    ranks
	risk    float64 // of the band
}

const (
	blendLevel  = 3.0  // T of the parts that speak on every row
	shapeLevel  = 1.0  // T of those that speak at the end of a block, seldom
	mostVotes   = 2.0  // times its level that a part counts at most
	evenSum     = 6.5  // the sum, with its rank, whose score is a half
	spikeRows   = 256  // whose errors make the tails
	spikeLevel  = 0.95 // behind which a tail begins
	errorRows   = 5    // of which the likelihood takes the mean
	shapeBlocks = 300  // that are held
)

func newBlend(s Settings) *blend {
	return &blend{
		seasons: newSeasons(s.Interval("season")),
		errors:  newLikelihood(errorRows),
		spikes:  newTails(spikeRows, spikeLevel),
		drift:   newDrift(20, 2000, widthOf(s)),
		shapes:  [2]*neighbour{newNeighbour(6, 2, shapeBlocks), newNeighbour(12, 4, shapeBlocks)},
		risk:    riskOf(s),
	}
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
	f := b.forecasted(at, x[0], &all)
	d := b.drift.next(at, x)
	all.add(d.surprise, blendLevel, d.why)
	for _, n := range b.shapes {
		v := n.next(at, x)
		all.add(v.surprise, shapeLevel, v.why)
	}
	total := all.sum + b.sums.rank(all.sum)
	return verdict{surprise: total * evenScore / evenSum, forecast: f, why: all.why}
}

// forecasted judges x by the forecast for its time: the spike by itself, which comes first as it says most to a reader, and the last few rows.
func (b *blend) forecasted(at int64, x float64, all *votes) forecast {
	f := noForecast
	if expected, ok := b.seasons.forecast(at); ok {
		e := x - expected
		if b.spikes.ready() {
			above, below := b.spikes.fit()
			f = b.spikes.band(above, below, expected, b.risk)
			s := surpriseBeyond(above, below, e)
			all.add(s, blendLevel, out(extreme, x, f, math.Pow(10, s)))
		}
		s := b.errors.next(math.Abs(e))
		all.add(s, blendLevel, Reason{cause: unusual, value: x, lower: f.lower, upper: f.upper, figure: deviations(s)})
		b.spikes.push(e)
	}
	b.seasons.learn(at, x)
	return f
}

func (b *blend) fields(s *state) {
	b.seasons.fields(s)
	b.errors.fields(s)
	b.spikes.fields(s)
	b.drift.fields(s)
	b.shapes[0].fields(s)
	b.shapes[1].fields(s)
	b.sums.fields(s)
}
