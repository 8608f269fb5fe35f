package shop

import "github.com/weirdb/weir/connectors/generated"

// hourly is how busy the hours of a day are; noon and the evening are the peaks.
var hourly = normalise([]float64{
	0.45, 0.32, 0.26, 0.25, 0.28, 0.36, 0.52, 0.75, 0.95, 1.08, 1.18, 1.28,
	1.38, 1.30, 1.18, 1.14, 1.18, 1.28, 1.46, 1.68, 1.80, 1.62, 1.18, 0.76,
})

// daily is how busy the days of a week are, from Monday.
var daily = normalise([]float64{0.95, 0.91, 0.93, 0.97, 1.04, 1.16, 1.04})

// normalise makes the average 1.
func normalise(weights []float64) []float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i := range weights {
		weights[i] *= float64(len(weights)) / sum
	}
	return weights
}

const (
	minuteMicros = int64(60e6)
	hourMinutes  = 60
	dayMinutes   = 24 * hourMinutes
)

// season is how busy a minute is, of those since 1970, next to the average one. Hours pass into each other in straight lines.
func season(minute int64) float64 {
	hour, into := minute/hourMinutes%24, float64(minute%hourMinutes)/hourMinutes
	level := hourly[hour]*(1-into) + hourly[(hour+1)%24]*into
	day := (minute/dayMinutes + 3) % 7 // 1970 began on a Thursday
	return level * daily[day]
}

// noise makes a minute up to a fifth busier or quieter.
func noise(k generated.Dice, minute int64) float64 {
	h := k.Throw(drawNoise, minute)
	two := float64(h>>32)/(1<<32) + float64(h&0xffffffff)/(1<<32)
	return 1 + 0.2*(two-1)
}
