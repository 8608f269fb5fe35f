package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	covarPop  = pairFunction("covar_pop", "Covariance of a whole population of pairs.", (*pairing).covarPop)
	covarSamp = pairFunction("covar_samp", "Covariance of a sample of pairs; NULL for fewer than two.", (*pairing).covarSamp)
	corr      = pairFunction("corr", "Correlation coefficient of pairs; NaN where an argument does not vary.", (*pairing).corr)
)

func pairFunction(name, doc string, final pairResult) Function {
	return Function{
		Names: []string{name}, Doc: doc + " Pairs with a NULL do not count.", Example: name + "(y, x)", takes: "two DOUBLEs",
		accepts: two(func(y, x types.Type) bool { return double(y) && double(x) }), result: resultOf(types.Double),
		make: func([]types.Type) accumulator { return &pairings{name: name, final: final} },
	}
}

// pairResult computes a result from at least one pair, which is NULL where valid is false. What is checked has to be finite.
type pairResult func(p *pairing) (value float64, valid bool, checked float64)

// pairing is what covariance, correlation and regression need to know of pairs (y, x): running means, sums of squared distances
// from them as Welford has them, and the sum of products of distances as E. Schubert and M. Gertz, "Numerically stable parallel
// computation of (co-)variance", SSDBM 2018, equation 4.3, have it.
type pairing struct {
	n                  int64
	meanX, meanY       float64
	squaresX, squaresY float64
	products           float64
	sumX, sumY         float64
}

func (p *pairing) add(y, x float64) {
	p.n++
	n := float64(p.n)
	offX, offY := x-p.meanX, y-p.meanY
	meanX, meanY := p.meanX+offX/n, p.meanY+offY/n
	p.products += offX * (y - meanY)
	p.squaresX += (x - meanX) * offX
	p.squaresY += (y - meanY) * offY
	p.meanX, p.meanY = meanX, meanY
	p.sumX += x
	p.sumY += y
}

// merge joins two runs as if they had been one, by equation 21.
func (p *pairing) merge(o pairing) {
	if o.n == 0 {
		return
	}
	if p.n == 0 {
		*p = o
		return
	}
	n, m := float64(p.n), float64(o.n)
	offX, offY := p.meanX-o.meanX, p.meanY-o.meanY
	p.products = o.products + p.products + offX*offY*m*n/(n+m)
	p.squaresX = o.squaresX + p.squaresX + offX*offX*m*n/(n+m)
	p.squaresY = o.squaresY + p.squaresY + offY*offY*m*n/(n+m)
	p.meanX, p.meanY = (m*o.meanX+n*p.meanX)/(n+m), (m*o.meanY+n*p.meanY)/(n+m)
	p.sumX += o.sumX
	p.sumY += o.sumY
	p.n += o.n
}

func (p *pairing) covarPop() (value float64, valid bool, checked float64) {
	return p.products / float64(p.n), true, 0
}

func (p *pairing) covarSamp() (value float64, valid bool, checked float64) {
	return p.products / float64(p.n-1), p.n > 1, 0
}

func (p *pairing) corr() (value float64, valid bool, checked float64) {
	x, y := math.Sqrt(p.varX()), math.Sqrt(p.varY())
	if x*y == 0 {
		return math.NaN(), true, max(x, y)
	}
	return p.products / float64(p.n) / (x * y), true, max(x, y) // not finite where one of them is not
}

// varX is the variance of x: of a single pair 0, whatever it is.
func (p *pairing) varX() float64 { return p.variance(p.squaresX) }

func (p *pairing) varY() float64 { return p.variance(p.squaresY) }

func (p *pairing) variance(squares float64) float64 {
	if p.n <= 1 {
		return 0
	}
	return squares / float64(p.n)
}

// pairings computes one result of pairs.
type pairings struct {
	cells[pairing]
	name    string
	final   pairResult
	results results[float64]
}

func (s *pairings) update(groups, rows []uint32, args []arrow.Array) error {
	ys, xs, at := keys.Values[float64](args[0]), keys.Values[float64](args[1]), s.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		r := rows[i]
		at[g].add(ys[r], xs[r])
	}
	return nil
}

func (s *pairings) state() []types.Type {
	double := types.Of(types.Double)
	return []types.Type{types.Of(types.BigInt), double, double, double, double, double, double, double}
}

// parts are the columns of a saved pairing behind the count.
func (p *pairing) parts() [7]*float64 {
	return [7]*float64{&p.meanX, &p.meanY, &p.squaresX, &p.squaresY, &p.products, &p.sumX, &p.sumY}
}

func (s *pairings) save(groups []uint32, b []array.Builder) {
	counts := b[0].(*array.Int64Builder)
	for _, g := range groups {
		counts.Append(s.at[g].n)
		for k, part := range s.at[g].parts() {
			b[1+k].(*array.Float64Builder).Append(*part)
		}
	}
}

func (s *pairings) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts := keys.Values[int64](saved[0])
	var columns [7][]float64
	for k := range columns {
		columns[k] = keys.Values[float64](saved[1+k])
	}
	for i, g := range groups {
		from := pairing{n: counts[rows[i]]}
		for k, part := range from.parts() {
			*part = columns[k][rows[i]]
		}
		s.at[g].merge(from)
	}
	return nil
}

func (s *pairings) result(groups []uint32, b array.Builder) error {
	s.results.begin(len(groups))
	for _, g := range groups {
		if s.at[g].n == 0 {
			s.results.add(0, false)
			continue
		}
		value, valid, checked := s.final(&s.at[g])
		if err := inRange(s.name, checked); err != nil {
			return err
		}
		s.results.add(value, valid)
	}
	s.results.appendTo(b.(*array.Float64Builder))
	return nil
}
