package detector

import (
	"math"
	"time"
)

var tuneLevel, tunePerBucket, tuneMiss = 2000.0, 10.0, 1000.0

// seasonal holds what is usual at each time of each season that may be there, and goes by the season that has foretold best.
type seasonal struct {
	first, last int64 // times of rows
	rows        int64
	level       moments   // of what the season does not explain
	all         moments   // of x
	profiles    []profile // the seasons that may be there; the last is one that was found
	best        int       // of them; -1 for none
	plain       moments   // |error| of the level alone
	errors      moments   // of the forecasts that were given
	found       *period   // nil if the season is given
	width       float64
}

// calendar are the seasons that are tried, with their buckets.
var calendar = []struct {
	span    time.Duration
	buckets int
}{{time.Minute, 60}, {time.Hour, 60}, {24 * time.Hour, 24}, {7 * 24 * time.Hour, 168}}

// profile is what is usual at each time of one season.
type profile struct {
	span   int64     // microseconds; 0 while there is no season
	means  []float64 // what the season adds to the level
	seen   []float64 // rows of each bucket, up to perBucket
	misses moments   // |error|
}

func newProfile(span int64, buckets int) profile {
	return profile{span: span, means: make([]float64, buckets), seen: make([]float64, buckets), misses: moments{memory: tuneMiss}}
}

// bucket is which time of the season it is.
func (p *profile) bucket(at int64) int {
	if at %= p.span; at < 0 {
		at += p.span
	}
	return int(float64(at) / float64(p.span) * float64(len(p.means)))
}

func newSeasonal(season time.Duration, width float64) *seasonal {
	s := &seasonal{
		level: moments{memory: tuneLevel}, all: moments{memory: 2000}, best: -1, plain: moments{memory: tuneMiss},
		errors: moments{memory: likelihoodMemory}, width: width,
	}
	if season > 0 {
		s.profiles = []profile{newProfile(season.Microseconds(), mostBuckets)}
		return s
	}
	for _, c := range calendar {
		s.profiles = append(s.profiles, newProfile(c.span.Microseconds(), c.buckets))
	}
	s.profiles = append(s.profiles, profile{misses: moments{memory: tuneMiss}})
	s.found = newPeriod()
	return s
}

// forecast is what is expected at a time, by the best season.
func (s *seasonal) forecast(at int64) float64 {
	if s.best < 0 {
		return s.level.mean
	}
	return s.level.mean + s.profiles[s.best].at(at)
}

// at is what the season adds at a time; 0 where nothing is known.
func (p *profile) at(at int64) float64 {
	if p.span == 0 {
		return 0
	}
	return p.means[p.bucket(at)]
}

func (s *seasonal) learn(at int64, x float64) {
	if s.rows == 0 {
		s.first = at
	}
	s.rows++
	s.last = at
	s.plain.learn(math.Abs(x - s.level.mean))
	season := 0.0
	if s.best >= 0 {
		season = s.profiles[s.best].at(at)
	}
	for i := range s.profiles {
		s.profiles[i].learn(at, x-s.level.mean, s.last-s.first)
	}
	s.level.learn(x - season)
	s.seek(at, x)
	s.choose()
}

// seek looks for a season that is not of the calendar.
func (s *seasonal) seek(at int64, x float64) {
	if s.found == nil {
		return
	}
	s.all.learn(x)
	if s.found.learn(at, (x-s.all.mean)/floored(s.all.deviation(), s.all.mean)) {
		s.profiles[len(s.profiles)-1] = newProfile(s.found.span(), s.found.buckets())
	}
}

// learn takes in what the level does not explain, age microseconds after the first row.
func (p *profile) learn(at int64, rest float64, age int64) {
	if p.span == 0 {
		return
	}
	b := p.bucket(at)
	if age >= p.span {
		p.misses.learn(math.Abs(rest - p.means[b]))
	}
	p.seen[b] = min(p.seen[b]+1, tunePerBucket)
	p.means[b] += (rest - p.means[b]) / p.seen[b]
}

// enough is how many rows a season must have foretold to be believed.
const enough = 50

// choose takes the season with the smallest errors, if they are clearly smaller than without any.
func (s *seasonal) choose() {
	s.best = -1
	least := 0.9 * s.plain.mean
	for i := range s.profiles {
		if p := &s.profiles[i]; p.misses.rows >= enough && p.misses.mean < least {
			s.best, least = i, p.misses.mean
		}
	}
}
