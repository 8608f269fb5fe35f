package simulation

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// store is the database, as it lies on disk: it outlives the process. A commit changes all of it or nothing.
type store struct {
	mu         sync.Mutex
	epoch      int64
	positions  map[place]engine.Position
	state      []engine.StateFile
	files      map[string]stateFile
	tables     map[string]table
	letters    letters
	late       []engine.LateRow
	outbox     outbox
	expired    map[string]time.Time // by view: rows of windows that begin earlier are gone
	violations []string             // of what a commit may do
}

// place is what a position is of.
type place struct{ query, source, partition string }

// stateFile is the rows of a file by section.
type stateFile map[string][]arrow.RecordBatch

func newStore() *store {
	return &store{
		positions: map[place]engine.Position{}, files: map[string]stateFile{}, tables: map[string]table{}, letters: letters{},
		outbox: newOutbox(), expired: map[string]time.Time{},
	}
}

// checkpoint is what a restart finds. Files that no commit names are gone.
func (s *store) checkpoint() engine.Checkpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropFiles()
	cp := engine.Checkpoint{Epoch: s.epoch, State: slices.Clone(s.state)}
	for _, key := range s.places() {
		cp.Positions = append(cp.Positions, s.positions[key])
	}
	return cp
}

func (s *store) places() []place {
	return slices.SortedFunc(maps.Keys(s.positions), func(a, b place) int {
		return slices.Compare([]string{a.query, a.source, a.partition}, []string{b.query, b.source, b.partition})
	})
}

func (s *store) dropFiles() {
	named := map[string]bool{}
	for _, f := range s.state {
		named[f.Name] = true
	}
	maps.DeleteFunc(s.files, func(name string, _ stateFile) bool { return !named[name] })
}

// commit applies an epoch.
func (s *store) commit(c *engine.Commit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Epoch != s.epoch+1 {
		return fmt.Errorf("commit of epoch %d: the last one is %d", c.Epoch, s.epoch)
	}
	for _, f := range c.State {
		if s.files[f.Name] == nil {
			return fmt.Errorf("commit of epoch %d: there is no state file %s", c.Epoch, f.Name)
		}
	}
	s.epoch = c.Epoch
	s.late = append(s.late, c.Late...)
	for _, d := range c.DeadLetters {
		if !s.letters.add(d) {
			s.violate("dead letter %s/%s/%d comes again", d.Source, d.Partition, d.Offset)
		}
	}
	if err := s.change(c); err != nil {
		return err
	}
	s.expire(c.Expired)
	s.move(c)
	return nil
}

func (s *store) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf("epoch %d: ", s.epoch)+fmt.Sprintf(format, args...))
}

// change applies changes to tables, and keeps them for the sinks.
func (s *store) change(c *engine.Commit) error {
	byView := map[string][]engine.Batch{}
	for _, change := range c.Changes {
		byView[change.View] = append(byView[change.View], change.Batches...)
	}
	for _, view := range slices.Sorted(maps.Keys(byView)) {
		if s.tables[view] == nil {
			s.tables[view] = table{}
		}
		for _, row := range s.tables[view].add(byView[view]) {
			s.violate("view %s: row %s is taken back, and is not there", view, row)
		}
		if err := s.outbox.post(c.Epoch, view, byView[view]); err != nil {
			return err
		}
	}
	return nil
}

// expiredBefore is the condition for rows of windows that lie before a moment, as a text that expire reads.
func expiredBefore(before engine.Time) string {
	return "window_start < " + time.UnixMicro(int64(before)).UTC().Truncate(retainedSize).Format(rowTime)
}

// rowTime is how rows print times.
const rowTime = "2006-01-02T15:04:05"

var rowStart = regexp.MustCompile(`^[^|]*`)

func (s *store) expire(all []engine.Expiry) {
	for _, x := range all {
		before := x.Where[len("window_start < "):]
		maps.DeleteFunc(s.tables[x.View], func(row string, _ int) bool { return rowStart.FindString(row) < before })
		at, _ := time.Parse(rowTime, before)
		if at.Before(s.expired[x.View]) {
			s.violate("view %s: what is kept begins at %s, and began later before", x.View, before)
		}
		s.expired[x.View] = at
	}
}

// move takes over positions and the names of state files. Neither positions nor watermarks may go back.
func (s *store) move(c *engine.Commit) {
	restated := map[string]bool{}
	for _, p := range c.Positions {
		key := place{p.Query, p.Source, p.Partition}
		was, known := s.positions[key]
		if known && p.Next < was.Next {
			s.violate("position of %v goes back from %d to %d", key, was.Next, p.Next)
		}
		if known && p.Watermark < was.Watermark {
			s.violate("watermark of %v goes back from %d to %d", key, was.Watermark, p.Watermark)
		}
		if known && p.Reached < was.Reached {
			s.violate("watermark of %s in %s goes back from %d to %d", p.Query, p.Source, was.Reached, p.Reached)
		}
		s.positions[key], restated[p.Query] = p, true
	}
	s.state = slices.DeleteFunc(s.state, func(f engine.StateFile) bool { return restated[f.Query] })
	s.state = append(s.state, c.State...)
	s.dropFiles()
}

// describe is a commit for the trace.
func describe(c *engine.Commit) string {
	text := "epoch " + strconv.FormatInt(c.Epoch, 10)
	for _, change := range c.Changes {
		text += fmt.Sprintf(" %s:%x", change.View, hashOf(printChanges(change.Batches)))
	}
	return text + fmt.Sprintf(" late %d, dead letters %d, state files %d", len(c.Late), len(c.DeadLetters), len(c.State))
}

// disk is the store as one process sees it. It implements engine.Store and runtime.Outbox.
type disk struct {
	life  *life
	store *store
}

// Load implements engine.Store.
func (d disk) Load(context.Context) (engine.Checkpoint, error) {
	if d.life.loadFails {
		return engine.Checkpoint{}, errTrouble
	}
	return d.store.checkpoint(), nil
}

// Commit implements engine.Store.
func (d disk) Commit(ctx context.Context, c *engine.Commit) error {
	d.life.committing = c
	a := d.life.gate.pass(ctx, commit, "")
	switch a.verdict {
	case killed:
		return errKilled
	case failBefore:
		return errTrouble
	}
	if err := d.store.commit(c); err != nil {
		return err
	}
	if a.verdict == failAfter {
		return errTrouble
	}
	return nil
}

// CreateState implements engine.Store.
func (d disk) CreateState(name string) (engine.StateSink, error) {
	if d.life.gate.isDead() {
		return nil, errKilled
	}
	if d.life.stateFails(name) {
		return nil, errTrouble
	}
	return &stateSink{disk: d, name: name, file: stateFile{}}, nil
}

// ReadState implements engine.Store.
func (d disk) ReadState(name, section string, yield func(arrow.RecordBatch) error) error {
	if d.life.readFails {
		return errTrouble
	}
	d.store.mu.Lock()
	file, ok := d.store.files[name]
	d.store.mu.Unlock()
	if !ok {
		return fmt.Errorf("there is no state file %s", name)
	}
	for _, rows := range file[section] {
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

// stateSink is a file that is being written. Others see it once it is closed.
type stateSink struct {
	disk
	name string
	file stateFile
}

// Write implements engine.StateWriter.
func (s *stateSink) Write(section string, rows arrow.RecordBatch) error {
	own, err := copyRows(rows)
	s.file[section] = append(s.file[section], own)
	return err
}

// Close implements engine.StateSink.
func (s *stateSink) Close() error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.files[s.name] = s.file
	return nil
}
