package shop

import (
	"sort"

	"github.com/weirdb/weir/connectors/generated"
)

// calendar tells when each number's event happens. Busy minutes have more numbers than quiet ones:
//
//	numbers  0 . . . 5 . 10 . . . . 20 . . 25 . 28      ends = how many lie before each minute's end
//	minutes  |   0   |      1       |    2     |
//
// It adds up volumes from the start, hour by hour, and keeps the sums. One goroutine uses it.
type calendar struct {
	dice      generated.Dice
	start     int64   // event time of number 0, µs since 1970
	perMinute float64 // numbers in an average minute
	anomalies bool
	first     int64     // the hour, of those since 1970, of start
	sums      []float64 // numbers before each hour from first on; the first is negative if start is not on the hour
	hours     [8]hour   // lately used, by number
}

// hour is the cumulated volume of the minutes of one hour.
type hour struct {
	known  bool
	number int64 // after first
	ends   [hourMinutes + 1]float64
}

func newCalendar(c config, k generated.Dice) *calendar {
	cal := &calendar{dice: k, start: c.start, perMinute: c.density * 60, anomalies: c.anomalies}
	cal.first = c.start / minuteMicros / hourMinutes
	cal.sums = []float64{0}
	cal.sums[0] = -cal.passed(c.start)
	cal.hours[0].known = false // it was counted from zero
	return cal
}

// startBefore is the start that lets a number's event happen at a moment: it walks back from there.
func startBefore(number, at int64, c config, k generated.Dice) int64 {
	cal := calendar{dice: k, perMinute: c.density * 60, anomalies: c.anomalies}
	left, end := float64(number), at
	for {
		minute := (end - 1) / minuteMicros
		begin := minute * minuteMicros
		volume := cal.volume(minute) * float64(end-begin) / float64(minuteMicros)
		if volume >= left {
			return end - int64(left/volume*float64(end-begin))
		}
		left, end = left-volume, begin
	}
}

// volume is how many numbers lie in a minute.
func (c *calendar) volume(minute int64) float64 {
	v := c.perMinute * season(minute) * noise(c.dice, minute)
	if c.anomalies {
		if _, on := during(OrderSurge, minute*minuteMicros); on {
			v *= surgeFactor
		}
	}
	return v
}

// hour returns the sums of an hour whose predecessors are all summed up.
func (c *calendar) hour(number int64) *hour {
	h := &c.hours[number%int64(len(c.hours))]
	if h.known && h.number == number {
		return h
	}
	h.known, h.number, h.ends[0] = true, number, c.sums[number]
	for i := range hourMinutes {
		h.ends[i+1] = h.ends[i] + c.volume((c.first+number)*hourMinutes+int64(i))
	}
	return h
}

// extend sums up hours until there are so many.
func (c *calendar) extend(hours int64) {
	for int64(len(c.sums)) <= hours {
		c.sums = append(c.sums, c.hour(int64(len(c.sums)) - 1).ends[hourMinutes])
	}
}

// timeOf is when a number's event happens, in µs since 1970. The number is 0 or more: those below lie before the start.
func (c *calendar) timeOf(number int64) int64 {
	x := float64(number)
	for c.sums[len(c.sums)-1] <= x {
		c.extend(int64(len(c.sums)))
	}
	n := c.hourOf(x)
	h := c.hour(n)
	minute := sort.Search(hourMinutes-1, func(i int) bool { return h.ends[i+1] > x })
	share := (x - h.ends[minute]) / (h.ends[minute+1] - h.ends[minute])
	at := ((c.first+n)*hourMinutes+int64(minute))*minuteMicros + int64(share*float64(minuteMicros))
	return max(at, c.start) // the sums are rounded
}

// hourOf is the last hour that begins at or before x. Most calls are about the newest hours.
func (c *calendar) hourOf(x float64) int64 {
	for i := len(c.sums) - 1; i > len(c.sums)-4 && i > 0; i-- {
		if c.sums[i-1] <= x && x < c.sums[i] {
			return int64(i - 1)
		}
	}
	return max(int64(sort.Search(len(c.sums), func(i int) bool { return c.sums[i] > x }))-1, 0)
}

// passed is how many numbers, parts of one included, lie before a moment.
func (c *calendar) passed(at int64) float64 {
	minute := at / minuteMicros
	n := minute/hourMinutes - c.first
	c.extend(n)
	h, i := c.hour(n), minute%hourMinutes
	return h.ends[i] + (h.ends[i+1]-h.ends[i])*float64(at%minuteMicros)/float64(minuteMicros)
}

// due is the first number whose event happens after a moment.
func (c *calendar) due(at int64) int64 {
	if at < c.start {
		return 0
	}
	return int64(c.passed(at)) + 1
}
