package shop

import (
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
)

const (
	batchRecords = 2048 // of a fetch at most
	recordBytes  = 320  // room for an average record and a little more
)

// stream is the shop for one reader. Event time passes at a speed: at wall it was at.
type stream struct {
	generator  *generator
	partitions int64
	wall       time.Time
	at         int64   // µs since 1970
	speed      float64 // seconds of event time per second of wall time; 0 if all events are due at once
}

// newStream makes the mark's event due then. With start = 'now' it happens then, too, in event time.
func (s *source) newStream(m generated.Mark) *stream {
	c, number, at := s.config, m.Position/deliveries, m.Wall.UnixMicro()
	if s.key.start == generated.StartNow {
		c.start = startBefore(number, at, c, newDice(c.seed))
	} else {
		start, _ := parseStart(s.key.start) // check has parsed it
		c.start = start.UnixMicro()
		at = newCalendar(c, newDice(c.seed)).timeOf(number)
	}
	return &stream{generator: newGenerator(c), partitions: s.partitions, wall: m.Wall, at: at, speed: s.key.speed}
}

// present is the event time that has been reached, in µs since 1970.
func (s *stream) present(now time.Time) int64 {
	return s.at + int64(float64(now.Sub(s.wall).Microseconds())*s.speed)
}

// Due asks the calendar which number's event happens next.
func (s *stream) Due(now time.Time) int64 {
	if s.speed == 0 {
		return generated.Endless
	}
	return positionOf(s.generator.calendar.due(s.present(now)))
}

// Until is how long it takes, from now, until event time reaches a position's event.
func (s *stream) Until(position int64, now time.Time) time.Duration {
	at := s.generator.calendar.timeOf(position / deliveries)
	return time.Duration(float64(at-s.present(now)) / s.speed * float64(time.Microsecond))
}

// Upcoming is the first position from next on that belongs to a partition.
func (s *stream) Upcoming(index, next int64) int64 { return s.partition(index).upcoming(next) }

// Before counts a partition's numbers of which no position has been passed. A few of them have no record.
func (s *stream) Before(index, position int64) int64 {
	number, passed := position/deliveries, position%deliveries
	if passed > 0 {
		number++
	}
	return s.partition(index).before(number)
}

// Fetch makes the records of a partition's next positions. They share one piece of memory, or a few where it had to grow.
func (s *stream) Fetch(index, next, limit int64) engine.Fetch {
	f, p := engine.Fetch{Next: next}, s.partition(index)
	room := max(s.Before(index, limit)-s.Before(index, next), 0)
	memory := make([]byte, 0, min(room, batchRecords)*recordBytes)
	for len(f.Records) < batchRecords {
		position := p.upcoming(f.Next)
		if position >= limit {
			break
		}
		begin := len(memory)
		value, ok := s.generator.deliver(memory, position)
		f.Next = position + 1
		if memory = value; ok {
			f.Records = append(f.Records, engine.Record{Offset: position, Value: value[begin:len(value):len(value)]})
		}
	}
	return f
}

func (s *stream) partition(index int64) partition { return partition{index: index, of: s.partitions} }

// positionOf is a number's first position.
func positionOf(number int64) int64 {
	if number > generated.Endless/deliveries {
		return generated.Endless
	}
	return number * deliveries
}
