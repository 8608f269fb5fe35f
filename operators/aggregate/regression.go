package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

// The functions of the regression line of y on x, as the SQL standard names them.
var (
	regrAvgX      = pairFunction("regr_avgx", "Mean of the second argument.", (*pairing).averageX)
	regrAvgY      = pairFunction("regr_avgy", "Mean of the first argument.", (*pairing).averageY)
	regrSXX       = pairFunction("regr_sxx", "Sum of squared distances of the second argument from its mean.", (*pairing).sxx)
	regrSYY       = pairFunction("regr_syy", "Sum of squared distances of the first argument from its mean.", (*pairing).syy)
	regrSXY       = pairFunction("regr_sxy", "Sum of products of the arguments' distances from their means.", (*pairing).sxy)
	regrSlope     = pairFunction("regr_slope", "Slope of the line; NaN where the second argument does not vary.", (*pairing).slope)
	regrIntercept = pairFunction("regr_intercept", "Where the line crosses x = 0; NULL where the second argument does not vary.", (*pairing).intercept)
	regrR2        = pairFunction("regr_r2", "How well the line fits, from 0 to 1; NULL where the second argument does not vary.", (*pairing).r2)

	regrCount = Function{
		Names: []string{"regr_count"}, Doc: "Number of pairs without a NULL.", Example: "regr_count(y, x)", takes: "two DOUBLEs",
		accepts: regrAvgX.accepts, result: resultOf(types.UInteger), make: func([]types.Type) accumulator { return &pairCounter{} },
	}
)

func (p *pairing) averageX() (value float64, valid bool, checked float64) {
	return p.sumX / float64(p.n), true, 0
}

func (p *pairing) averageY() (value float64, valid bool, checked float64) {
	return p.sumY / float64(p.n), true, 0
}

func (p *pairing) sxx() (value float64, valid bool, checked float64) {
	v := p.varX()
	return float64(p.n) * v, true, v
}

func (p *pairing) syy() (value float64, valid bool, checked float64) {
	v := p.varY()
	return float64(p.n) * v, true, v
}

func (p *pairing) sxy() (value float64, valid bool, checked float64) {
	return float64(p.n) * (p.products / float64(p.n)), true, 0
}

func (p *pairing) slope() (value float64, valid bool, checked float64) {
	v := p.varX()
	if v == 0 {
		return math.NaN(), true, v
	}
	return p.products / float64(p.n) / v, true, v
}

func (p *pairing) intercept() (value float64, valid bool, checked float64) {
	slope, _, v := p.slope()
	if math.IsNaN(slope) {
		return 0, false, v
	}
	n := float64(p.n)
	return p.sumY/n - slope*(p.sumX/n), true, v
}

func (p *pairing) r2() (value float64, valid bool, checked float64) {
	x, y := p.varX(), p.varY()
	switch {
	case x == 0:
		return 0, false, 0
	case y == 0:
		return 1, true, x
	}
	r, _, _ := p.corr()
	return r * r, true, max(x, y)
}

// pairCounter counts pairs, as UINTEGER.
type pairCounter struct{ counter }

func (c *pairCounter) result(groups []uint32, b array.Builder) error {
	counts := b.(*array.Uint32Builder)
	for _, g := range groups {
		counts.Append(uint32(c.at[g]))
	}
	return nil
}
