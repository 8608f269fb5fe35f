package node

import (
	"strconv"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/sql/catalog"
)

// withProgress adds to what SHOW says, while the engine runs, how it gets on and why something has stopped; otherwise, what is paused.
func (n *Node) withProgress(what string, a catalog.Answer) catalog.Answer {
	s := n.Status()
	if n.running() == nil && what != "MACROS" {
		n.asking.Lock()
		defer n.asking.Unlock()
		return beside(a, []string{"state"}, stateRows(n.catalog.States(what)))
	}
	switch what {
	case "VIEWS":
		return beside(a, []string{"state"}, viewRows(s))
	case "QUERIES":
		return queriesAnswer(s)
	case "SOURCES":
		return beside(a, []string{"state", "records", "waiting", "dead_letters", "error"}, sourceRows(s))
	case "ALERTS":
		return beside(a, []string{"state", "pending", "firing", "sent", "waiting", "failures", "error"}, alertRows(s))
	case "SINKS":
		return beside(a, []string{"state", "delivered", "pending", "pending_bytes", "failures", "error"}, sinkRows(s))
	}
	return a
}

// beside adds columns to an answer: those of each row, found by the name in its first column.
func beside(a catalog.Answer, columns []string, rows map[string][]string) catalog.Answer {
	a.Columns = append(a.Columns, columns...)
	for i, row := range a.Rows {
		more, ok := rows[row[0]]
		if !ok {
			more = make([]string, len(columns))
		}
		a.Rows[i] = append(row, more...)
	}
	return a
}

func stateRows(states map[string]string) map[string][]string {
	out := map[string][]string{}
	for name, state := range states {
		out[name] = []string{state}
	}
	return out
}

func viewRows(s engine.Status) map[string][]string {
	out := map[string][]string{}
	for _, x := range s.Queries {
		out[x.View] = []string{x.State}
	}
	return out
}

func sourceRows(s engine.Status) map[string][]string {
	out := map[string][]string{}
	for _, x := range s.Sources {
		waiting, known := int64(0), false
		for _, p := range x.Partitions {
			waiting, known = waiting+max(0, p.Waiting), known || p.Waiting >= 0
		}
		text := ""
		if known {
			text = number(waiting)
		}
		out[x.Name] = []string{x.State, number(x.Records), text, number(x.DeadLetters), x.Error}
	}
	return out
}

func sinkRows(s engine.Status) map[string][]string {
	out := map[string][]string{}
	for _, x := range s.Sinks {
		out[x.Name] = []string{x.State, number(x.Delivered), number(x.Pending), number(x.PendingBytes), number(x.Failures), x.Error}
	}
	return out
}

// alertRows are how alerts stand: their instances, and what their sinks have sent.
func alertRows(s engine.Status) map[string][]string {
	sinks := map[string]engine.SinkStatus{}
	for _, x := range s.Sinks {
		sinks[x.Name] = x
	}
	out := map[string][]string{}
	for i := range s.Queries {
		q := &s.Queries[i]
		if !q.Alert {
			continue
		}
		sink, problem := sinks[q.View], q.Error
		if problem == "" {
			problem = sink.Error
		}
		out[q.View] = []string{q.State, number(q.Instances(string(alerting.Pending))), number(q.Instances(string(alerting.Firing))),
			number(sink.Notifications), number(sink.Pending), number(sink.Failures), problem}
	}
	return out
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
