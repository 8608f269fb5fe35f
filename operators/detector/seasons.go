package detector

import (
	"math"
	"time"
)

// seasons holds what is usual at each time of each season that may be there, and goes by the one that has foretold best.
//
//	each season is cut into buckets of time; m: mean of a bucket's rows, with a = max(1/10, 1/n);  error = x − m
//
// The day is gone by until another season has errors that are clearly smaller, over the last 1000 rows. State: 5 bytes a bucket: 24 of the
// day, 168 of the week, and up to 128 of a season that was found. Cost: about 30 ns a row, and period's.
type seasons struct {
	rows     int64
	first    int64     // time of the first row
	profiles []profile // the first is gone by if no other is better
	best     int
	all      moments // of x
	found    *period // nil if the season is given
	weekAt   int     // in profiles, of the week; 0 before a day is over
	foundAt  int     // of what was found; 0 for nothing
}

const (
	day  = 24 * time.Hour
	week = 7 * day

	bucketRows  = 10   // over how many of its rows a bucket forgets
	missMemory  = 1000 // over how many rows errors are compared
	clearlyLess = 0.7  // of the error of the first season
	enough      = 50   // rows that a season must have foretold
	mostBuckets = 168
	mostSeasons = 3
	rebaseEvery = 512 // rows
)

// newSeasons looks for the season if none is given.
func newSeasons(season time.Duration) *seasons {
	if season > 0 {
		return &seasons{profiles: []profile{newProfile(season.Microseconds(), foundBuckets, 0)}}
	}
	return &seasons{
		profiles: []profile{newProfile(day.Microseconds(), 24, 0)},
		all:      moments{memory: 2000},
		found:    newPeriod(),
	}
}

// forecast is what is expected at a time, by the best season, and the difference from it that is none; false if nothing is known of that time.
func (s *seasons) forecast(at int64) (expected, grain float64, ok bool) {
	p := &s.profiles[s.best]
	b := p.bucket(at)
	return p.means.at(b), p.means.grain(b), p.seen[b] > 0
}

// learn takes in a row, and chooses the season for the next.
func (s *seasons) learn(at int64, x float64) {
	if s.rows == 0 {
		s.first = at
		s.profiles[0].means.base = x
	}
	s.rows++
	for i := range s.profiles {
		s.profiles[i].learn(at, x)
	}
	s.seek(at, x)
	if s.rows%rebaseEvery == 0 {
		for i := range s.profiles {
			s.profiles[i].rebase()
		}
	}
	s.best = 0
	least := clearlyLess * s.profiles[0].misses.mean
	for i := 1; i < len(s.profiles); i++ {
		if p := &s.profiles[i]; p.misses.rows >= enough && p.misses.mean < least {
			s.best, least = i, p.misses.mean
		}
	}
}

// seek begins with the week once there has been a day, and looks for a season that is not of the calendar.
func (s *seasons) seek(at int64, x float64) {
	if s.found == nil {
		return
	}
	if s.weekAt == 0 && at-s.first >= day.Microseconds() {
		s.put(&s.weekAt, newProfile(week.Microseconds(), 168, x))
	}
	s.all.learn(x)
	if s.found.learn(at, (x-s.all.mean)/floored(s.all.deviation(), s.all.mean)) {
		s.put(&s.foundAt, newProfile(s.found.span(), s.found.buckets(), x))
	}
}

// put puts a profile in its place, or behind all others if it has none.
func (s *seasons) put(place *int, p profile) {
	if *place == 0 {
		*place = len(s.profiles)
		s.profiles = append(roomFor(s.profiles, mostSeasons), profile{})
	}
	s.profiles[*place] = p
}

// length of the best season.
func (s *seasons) length() time.Duration {
	return time.Duration(s.profiles[s.best].span) * time.Microsecond
}

func (s *seasons) fields(st *state) {
	st.layout(2)
	st.integer(&s.rows, &s.first)
	n := len(s.profiles)
	st.index(&n, mostSeasons)
	if st.mode == loading && s.found != nil {
		s.profiles = append(s.profiles[:0], make([]profile, n)...)
	}
	for i := range s.profiles {
		s.profiles[i].fields(st)
	}
	st.index(&s.best, max(0, len(s.profiles)-1))
	st.index(&s.weekAt, max(0, len(s.profiles)-1))
	st.index(&s.foundAt, max(0, len(s.profiles)-1))
	if s.found != nil {
		s.all.fields(st)
		s.found.fields(st)
	}
}

// profile is what is usual at each time of one season.
type profile struct {
	span   int64 // microseconds
	means  offsets
	seen   []int8 // rows of each bucket, up to bucketRows
	misses moments
}

// newProfile knows nothing of any time. base is a value that its means will be near.
func newProfile(span int64, buckets int, base float64) profile {
	return profile{
		span: span, means: offsets{base: base, list: make([]coarse, buckets)}, seen: make([]int8, buckets), misses: moments{memory: missMemory},
	}
}

// bucket is which time of the season it is.
func (p *profile) bucket(at int64) int {
	if at %= p.span; at < 0 {
		at += p.span
	}
	n := len(p.seen)
	return min(int(float64(at)/float64(p.span)*float64(n)), n-1)
}

func (p *profile) learn(at int64, x float64) {
	b := p.bucket(at)
	if p.seen[b] == 0 {
		p.seen[b] = 1
		p.means.set(b, x)
		return
	}
	m := p.means.at(b)
	p.misses.learn(math.Abs(x - m))
	p.seen[b] = min(p.seen[b]+1, bucketRows)
	p.means.set(b, m+(x-m)/float64(p.seen[b]))
}

// rebase goes by the buckets that have had rows: the others are as far off as it was when they were made.
func (p *profile) rebase() {
	p.means.rebase(func(b int) int {
		for range p.seen {
			if p.seen[b] > 0 {
				break
			}
			if b++; b == len(p.seen) {
				b = 0
			}
		}
		return b
	})
}

func (p *profile) fields(s *state) {
	s.integer(&p.span)
	p.means.fields(s, mostBuckets)
	if s.mode == loading {
		p.seen = make([]int8, len(p.means.list))
		p.misses.memory = missMemory
		if p.span <= 0 || len(p.seen) == 0 {
			s.fail(errEmpty)
			*p = newProfile(1, 1, 0)
		}
	}
	s.small(p.seen)
	p.misses.fields(s)
}
