package runtime

import (
	"slices"

	"github.com/weirdb/weir/engine"
)

// A stage's state is in files that hold it whole, one for each shard, and in logs of what has come to the shards since: batches,
// watermarks, flushes, and what operators have decided in these that might come out otherwise the next time. A restart reads the whole state
// and gives the operators the logs again; what they emit is committed already.
//
//	commit     4        5        6        7            8        9
//	whole      ■■■■■    (4)      (4)      (4)          (4)      ■■■■■■    once the logs are as large as the state, it is written anew
//	logs                +        ++       +++ full     (7) +
//
// So a commit costs what has changed, not what is kept, and a restart reads twice what is kept at most. A stage that keeps less than
// comes to it in an epoch, as most with windows do, is written whole at every commit.
//
// The last log is kept in memory too, and written anew at each commit until it is full, so that there are few files.

// LogSizes bound the logs of a stage.
type LogSizes struct {
	Least uint64 // bytes of state from which on there are logs; 0 means 64 KB
	Full  uint64 // bytes of a log that is full; 0 means 1 MB
	Steps int    // of a log that is full; 0 means 512. Where events trickle in, each step has a few rows, and costs as much to write as many
	Room  uint64 // bytes that the logs may have, even if the state has fewer
}

func (l LogSizes) withDefaults() LogSizes {
	if l.Least == 0 {
		l.Least = 64 << 10
	}
	if l.Full == 0 {
		l.Full = 1 << 20
	}
	if l.Steps == 0 {
		l.Steps = 512
	}
	return l
}

// mostLogs is how many files of logs a shard may have.
const mostLogs = 1000

// stepKind says what a step of a log is.
type stepKind int8

const (
	stepBatch   stepKind = iota // a batch that came by an edge
	stepAdvance                 // a watermark; every shard of the stage has it
	stepFlush                   // the end of an epoch; every shard has it
	stepDecided                 // what an operator has decided in the flush behind it
)

// step is one call of a chain.
type step struct {
	kind      stepKind
	edge      int // among the stage's; of what was decided, the operator's place in the chain
	batch     engine.Batch
	watermark engine.Time
}

// hasRows reports whether there is a batch to the step.
func (s *step) hasRows() bool { return s.kind == stepBatch || s.kind == stepDecided }

// chainLog is what has come to one shard since its last full log.
type chainLog struct {
	on       bool
	steps    []step
	bytes    uint64 // of the batches in steps
	room     uint64 // for bytes; 0 once there was more
	received uint64 // bytes, in this epoch, noted or not
}

// note adds a step. It retains the batch.
func (l *chainLog) note(s step) {
	size := uint64(0)
	if s.hasRows() {
		size = s.batch.Size()
		l.received += size
	}
	if !l.on {
		return
	}
	if l.bytes+size > l.room {
		l.stop()
		return
	}
	if s.hasRows() {
		s.batch.Retain()
	}
	l.steps, l.bytes = append(l.steps, s), l.bytes+size
}

// stop forgets the steps, and notes no more.
func (l *chainLog) stop() {
	l.clear()
	l.on = false
}

func (l *chainLog) clear() {
	for _, s := range l.steps {
		if s.hasRows() {
			s.batch.Release()
		}
	}
	l.steps, l.bytes = nil, 0
}

// stageLog is what a stage's state consists of, as the last commit has it.
type stageLog struct {
	whole []engine.StateFile
	full  []engine.StateFile // logs that get no more
	open  []engine.StateFile // logs that lie in memory too
	begun int64              // the epoch of the open logs; 0 if none is begun
}

func (l *stageLog) files() []engine.StateFile { return slices.Concat(l.whole, l.full, l.open) }

// restored takes over what a restart has read. What comes is noted from here on.
func (l *stageLog) restored(files []engine.StateFile) {
	for _, f := range files {
		if f.Log {
			l.full = append(l.full, f)
		} else {
			l.whole = append(l.whole, f)
		}
	}
}

func bytesIn(files []engine.StateFile) uint64 {
	total := uint64(0)
	for _, f := range files {
		total += f.Bytes
	}
	return total
}

// noted is how many steps the longest log in memory has.
func (s *stage) noted() (most int) {
	for _, c := range s.chains {
		most = max(most, len(c.log.steps))
	}
	return most
}

// logs reports whether the stage's chains have noted all that has come since the last commit.
func (s *stage) logs() bool {
	return !slices.ContainsFunc(s.chains, func(c *chain) bool { return !c.log.on })
}

// noteMore decides, after a commit or a restart, whether what comes in the next epoch is noted: if as much as came in the last one
// has room beside the logs that there are.
func (s *stage) noteMore(sizes LogSizes) {
	received, noted := uint64(0), uint64(0)
	for _, c := range s.chains {
		received, noted = received+c.log.received, noted+c.log.bytes
		c.log.received = 0
	}
	whole, used := bytesIn(s.log.whole), bytesIn(s.log.full)+noted
	room := max(whole, sizes.Room)
	on := len(s.log.whole) > 0 && whole >= sizes.Least && used+received < room && len(s.log.full) < mostLogs*len(s.chains)
	for _, c := range s.chains {
		if !on {
			c.log.stop()
			continue
		}
		c.log.on, c.log.room = true, room-bytesIn(s.log.full)
	}
}

// written notes that files hold the stage's state, or what was logged since its open logs were begun.
func (s *stage) written(files []engine.StateFile, sizes LogSizes) {
	l := &s.log
	if !files[0].Log {
		*l = stageLog{whole: files}
		for _, c := range s.chains {
			c.log.clear()
		}
		return
	}
	l.open, l.begun = files, files[0].Epoch
	if bytesIn(files) < sizes.Full && s.noted() < sizes.Steps {
		return
	}
	l.full, l.open, l.begun = append(l.full, files...), nil, 0
	for _, c := range s.chains {
		c.log.clear()
	}
}
