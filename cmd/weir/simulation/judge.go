package simulation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine"
)

// judge holds what is there at the end against what has to be.
func (w *world) judge() {
	w.findings = append(w.findings, w.store.violations...)
	w.judgeLetters()
	w.judgePositions()
	w.judgeSinks()
	late := w.judgeLate()
	byExcluded := map[string][]*view{} // views that miss the same events share a reference run
	for _, v := range w.views {
		key := ""
		if !v.windowed {
			key = fmt.Sprint(slices.Sorted(maps.Keys(late[v.name])))
		}
		byExcluded[key] = append(byExcluded[key], v)
	}
	for _, key := range slices.Sorted(maps.Keys(byExcluded)) {
		w.judgeTables(byExcluded[key], late)
	}
}

// isEvent reports whether a record is an event: it can be decoded, and was not refused.
func (w *world) isEvent(e event) bool { return !e.broken && !w.store.letters.ahead(e) }

func (w *world) judgeLetters() {
	left := maps.Clone(w.store.letters)
	for _, s := range w.scripts {
		for _, p := range s.partitions {
			for _, e := range p.events {
				w.judgeLetter(e, left)
			}
		}
	}
	for key := range left {
		w.find("dead letter %v is of no event", key)
	}
	w.counts.DeadLetters = len(w.store.letters)
}

func (w *world) judgeLetter(e event, left letters) {
	key := letterKey{e.source, e.partition, e.offset}
	d, found := left[key]
	delete(left, key)
	switch {
	case e.broken && !found:
		w.find("%v cannot be decoded, and is not in the dead letters", key)
	case found && !bytes.Equal(d.Value, e.value):
		w.find("dead letter %v is %q, and came as %q", key, d.Value, e.value)
	case found && !e.broken && (w.maxFuture == 0 || int64(e.at) <= d.At.Add(w.maxFuture).UnixMicro()):
		w.find("dead letter %v is an event like others: %s", key, d.Reason)
	}
}

// judgePositions wants each view at the end of each partition, with the watermark that follows from its events.
func (w *world) judgePositions() {
	for _, v := range w.views {
		for _, s := range w.scripts {
			if !slices.Contains(v.Sources, s.name) {
				continue
			}
			for _, p := range s.partitions {
				if at, want := w.store.position(v.name, s.name, p.name), p.after(len(p.events)); at != want {
					w.find("view %s: partition %s/%s ends at %d, and was read up to %d", v.name, s.name, p.name, want, at)
				}
			}
		}
	}
	w.judgeWatermarks()
}

// judgeWatermarks wants the watermark of each position to be what the events before it say.
func (w *world) judgeWatermarks() {
	for key, at := range w.store.positions {
		if key.query == "" {
			continue
		}
		s := w.scripts[slices.IndexFunc(w.scripts, func(s *script) bool { return s.name == key.source })]
		want := engine.MinTime
		for _, e := range s.partition(key.partition).events {
			if e.offset < at.Next && w.isEvent(e) {
				want = max(want, e.at-engine.Time(delay.Microseconds()))
			}
		}
		if at.Watermark != want {
			w.find("the watermark of %v at %d is %d, and has to be %d", key, at.Next, at.Watermark, want)
		}
	}
}

// judgeSinks wants each sink to have got what its view has changed, each epoch once and in order.
func (w *world) judgeSinks() {
	for _, v := range w.sunk {
		name := sinkOf(v)
		got, want := w.receivers[name].got, w.store.outbox.posted[name]
		if !slices.Equal(got, want) {
			w.find("sink %s has got epochs %v, and its view has changed in %v", name, epochs(got), epochs(want))
		}
		if left := len(w.store.outbox.waiting[name]); left > 0 {
			w.find("sink %s: %d epochs are left in the outbox", name, left)
		}
	}
}

func epochs(all []posting) (out []int64) {
	for _, p := range all {
		out = append(out, p.epoch)
	}
	return out
}

// lateRow is what a late row's text says.
type lateRow struct {
	ID          int64   `json:"id"`
	K           *string `json:"k"`
	WindowStart string  `json:"window_start"`
}

// judgeLate returns the late rows by view and by event, each of which is there once: once for each window of a windowed view.
func (w *world) judgeLate() map[string]map[int64][]lateRow {
	out := map[string]map[int64][]lateRow{}
	for _, v := range w.views {
		out[v.name] = map[int64][]lateRow{}
	}
	w.counts.Late = len(w.store.late)
	for _, l := range w.store.late {
		var row lateRow
		if err := json.Unmarshal([]byte(l.Row), &row); err != nil || row.ID == 0 {
			w.find("view %s: late row %s is of no event", l.View, l.Row)
			continue
		}
		if w.calm {
			w.find("view %s: %s is late, and no event was", l.View, l.Row)
		}
		if l.EventTime >= l.Watermark {
			w.find("view %s: %s is late at %d, with the watermark at %d", l.View, l.Row, l.EventTime, l.Watermark)
		}
		w.addLate(l.Source, l.View, out[l.View], row)
	}
	return out
}

// addLate notes a late row. An event of payments may have come twice.
func (w *world) addLate(source, view string, of map[int64][]lateRow, row lateRow) {
	same := func(x lateRow) bool { return x.WindowStart == row.WindowStart }
	if source != "payments" && slices.ContainsFunc(of[row.ID], same) {
		w.find("view %s: event %d is late twice", view, row.ID)
	}
	of[row.ID] = append(of[row.ID], row)
}

// judgeTables compares views that miss the same late events with a run over the others.
func (w *world) judgeTables(views []*view, late map[string]map[int64][]lateRow) {
	want, err := w.reference(views, func(e event) bool {
		return w.isEvent(e) && (views[0].windowed || late[views[0].name][e.id] == nil)
	})
	if err != nil {
		w.find("the reference run fails: %s", err)
		return
	}
	for _, v := range views {
		got := w.store.tables[v.name]
		switch {
		case v.calm && !w.calm:
		case v.windowed:
			w.compare(v, countWindows(got, late[v.name]), countWindows(want[v.name], nil))
		case v.keep > 0:
			w.compare(v, got, w.retained(v, want[v.name]))
		default:
			w.compare(v, got, want[v.name])
		}
	}
}

// retained is a table without what the view's last expiry took away.
func (w *world) retained(v *view, all table) table {
	out := maps.Clone(all)
	if before, ok := w.store.expired[v.name]; ok {
		maps.DeleteFunc(out, func(row string, _ int) bool { return rowStart.FindString(row) < before.Format(rowTime) })
	}
	return out
}

// countWindows adds late rows to the counts and the sums of ids of a view whose rows are window_start, k, n, ids.
func countWindows(rows table, late map[int64][]lateRow) table {
	sums := map[string][2]int64{}
	add := func(key string, n, ids int64) {
		was := sums[key]
		sums[key] = [2]int64{was[0] + n, was[1] + ids}
	}
	for row := range rows {
		c := strings.Split(row, "|")
		n, _ := strconv.ParseInt(c[2], 10, 64)
		ids, _ := strconv.ParseInt(c[3], 10, 64)
		add(c[0]+"|"+c[1], n, ids)
	}
	for id, rows := range late {
		for _, l := range rows {
			add(strings.TrimSuffix(l.WindowStart, "Z")+"|"+l.key(), 1, id)
		}
	}
	out := table{}
	for key, s := range sums {
		out[fmt.Sprintf("%s|%d|%d", key, s[0], s[1])] = 1
	}
	return out
}

// key is k as rows print it.
func (l lateRow) key() string {
	if l.K == nil {
		return "(null)"
	}
	return *l.K
}

// compare finds rows that are too many or too few.
func (w *world) compare(v *view, got, want table) {
	var diff []string
	for row, n := range got {
		if n != want[row] {
			diff = append(diff, fmt.Sprintf("  is there %d times, has to be %d times: %s", n, want[row], row))
		}
	}
	for row, n := range want {
		if got[row] == 0 {
			diff = append(diff, fmt.Sprintf("  is there 0 times, has to be %d times: %s", n, row))
		}
	}
	if len(diff) > 0 {
		slices.Sort(diff)
		w.find("view %s differs from the run without trouble:\n%s", v.name, strings.Join(diff, "\n"))
	}
}

// judgePrefix compares, between two lives, a view that is always the batch with a run over the events up to where it stands.
func (w *world) judgePrefix() {
	w.judgeWatermarks()
	v := w.views[w.rand.IntN(len(w.views))]
	if !v.whole || w.rand.IntN(2) == 0 || !w.store.began(v.name) { // before that a count over nothing has no row
		return
	}
	want, err := w.reference([]*view{v}, func(e event) bool {
		return w.isEvent(e) && e.offset < w.store.position(v.name, e.source, e.partition)
	})
	if err != nil {
		w.find("the reference run fails: %s", err)
		return
	}
	w.counts.Prefixes++
	w.compare(v, w.store.tables[v.name], want[v.name])
}

// began reports whether something of a view has been committed.
func (s *store) began(view string) bool {
	for key := range s.positions {
		if key.query == view {
			return true
		}
	}
	return false
}
