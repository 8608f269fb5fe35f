package node

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
)

const (
	trialEvents = 20_000          // of each source that are read from before the present
	trialIdle   = 2 * time.Second // a partition in which nothing waits is waited for so long
)

// trialSource is a source as the running engine has it, read from before its present. Why it cannot be read so is a *server.UserError.
func (n *Node) trialSource(ctx context.Context, aside *Node, s *catalog.Source, status *engine.Status) (runtime.Source, error) {
	out, err := aside.reading(s)
	if err != nil {
		return out, err
	}
	n.mu.Lock()
	opened := n.sources[s.Name]
	n.mu.Unlock()
	if opened == nil {
		return out, &server.UserError{Code: "refused", Position: -1, Message: fmt.Sprintf("source %s is not open in the running Weir: it cannot be read beside it", s.Name)}
	}
	at := slices.IndexFunc(status.Sources, func(x engine.SourceStatus) bool { return x.Name == s.Name })
	if at >= 0 && status.Sources[at].Error != "" {
		return out, unreadable(&status.Sources[at])
	}
	out.Paused = false
	if out.IdleTimeout == 0 || out.IdleTimeout > trialIdle {
		out.IdleTimeout = trialIdle
	}
	from := map[string]int64{}
	if at >= 0 {
		from = newest(ctx, opened, &status.Sources[at])
	}
	out.Source = besideSource{opened, from}
	return out, nil
}

// unreadable is why a source cannot be tried.
func unreadable(s *engine.SourceStatus) error {
	is := "has stopped"
	if s.State == "retrying" {
		is = "cannot be reached"
	}
	return &server.UserError{Code: "refused", Position: -1, Message: fmt.Sprintf("source %s %s, so there is nothing to preview: %s", s.Name, is, s.Error)}
}

// newest are the positions before the last events of each partition; none where positions do not count events: such a source is read from its
// beginning.
func newest(ctx context.Context, s engine.Source, now *engine.SourceStatus) map[string]int64 {
	each := int64(trialEvents / max(1, len(now.Partitions)))
	out := map[string]int64{}
	can, ok := s.(engine.Measurer)
	if !ok { // the generators: a position is an event at most
		for _, p := range now.Partitions {
			out[p.Partition] = max(0, p.Next-each)
		}
		return out
	}
	read := map[string]int64{}
	for _, p := range now.Partitions {
		read[p.Partition] = p.Next
	}
	extents, err := can.Measure(ctx, read)
	if err != nil { // reading it says why
		return nil
	}
	for name, x := range extents {
		if x.Unit == "records" && x.End >= 0 {
			out[name] = max(x.Begin, x.End-each)
		}
	}
	return out
}

// besideSource reads a source from given positions, beside the one who reads its present.
type besideSource struct {
	source engine.Source
	from   map[string]int64
}

// Open implements engine.Source.
func (s besideSource) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	o.From, o.NotAfter, o.Again, o.Aside = s.from, nil, false, true
	return s.source.Open(ctx, o)
}
