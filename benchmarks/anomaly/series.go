package anomaly

import "math"

// interval is the time between two rows of a key, in microseconds.
const interval = int64(5 * 60 * 1e6)

// start is when all series begin: a Tuesday in 2014.
const start = int64(1396310400 * 1e6)

// The waves of every series, in rows: the day, and a season that no calendar has.
const (
	dayRows = 288
	lapRows = 100
)

var dayWave, lapWave = wave(dayRows, 10), wave(lapRows, 6)

func wave(rows int, height float64) []float64 {
	out := make([]float64, rows)
	for i := range out {
		out[i] = height * math.Sin(float64(i)/float64(rows)*2*math.Pi)
	}
	return out
}

// valueOf is row i of a key: a level and waves of its own, noise, and now and then a row that is far out.
func valueOf(key, i int) float64 {
	r := mixed(uint64(key)<<32 + uint64(i))
	x := float64(key%1000) + dayWave[(i+key)%dayRows] + lapWave[(i+7*key)%lapRows]
	for range 4 { // uniform numbers, whose sum is nearly normal
		x += float64(r&0xffff)/0xffff - 0.5
		r >>= 16
	}
	if mixed(r+uint64(key)+uint64(i)*3)%997 == 0 {
		x += 40
	}
	return x
}

func timeOf(i int) int64 { return start + int64(i)*interval }

// mixed is a number that looks drawn by chance (splitmix64).
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
