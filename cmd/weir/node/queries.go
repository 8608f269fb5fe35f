package node

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/catalog"
)

// queriesAnswer is SHOW QUERIES while the engine runs: how far each view has come, and why one has stopped. The error of a source
// that has stopped stands with all views on it.
func queriesAnswer(s engine.Status) catalog.Answer {
	sources := map[string]string{}
	for _, x := range s.Sources {
		sources[x.Name] = x.Error
	}
	a := catalog.Answer{Columns: []string{"view", "source", "emit", "state", "rows_in", "rows_out", "late_rows", "watermark", "error"}}
	for _, q := range s.Queries {
		problem := q.Error
		if problem == "" {
			problem = firstProblem(sources, q.Sources)
		}
		if problem == "" && q.Backpressure != "" {
			problem = backpressure(s, q.Backpressure)
		}
		a.Rows = append(a.Rows, []string{
			q.View, strings.Join(q.Sources, ", "), q.Emit, q.State, strconv.FormatInt(q.RowsIn, 10), strconv.FormatInt(q.RowsOut, 10),
			strconv.FormatInt(q.LateRows, 10), watermarkText(q.Watermark), problem,
		})
	}
	return a
}

// backpressure says for which sink a view stands still, and what that one's error is.
func backpressure(s engine.Status, sink string) string {
	at := slices.IndexFunc(s.Sinks, func(x engine.SinkStatus) bool { return x.Name == sink })
	text := "stands still until sink " + sink + " has taken half of what waits for it"
	if at >= 0 && s.Sinks[at].Error != "" {
		text += ": " + s.Sinks[at].Error
	}
	return text
}

// firstProblem is the error of the first source that has one.
func firstProblem(problems map[string]string, sources []string) string {
	for _, s := range sources {
		if problems[s] != "" {
			return problems[s]
		}
	}
	return ""
}

// watermarkText is empty where there is no watermark: before the first event, and after the last.
func watermarkText(t engine.Time) string {
	if t == engine.MinTime || t == engine.MaxTime {
		return ""
	}
	return time.UnixMicro(int64(t)).UTC().Format("2006-01-02 15:04:05.999999")
}
