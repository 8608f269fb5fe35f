package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/sql/catalog"
)

// measured is what a source holds, as far as it can tell.
type measured struct {
	source  engine.Source
	extents map[string]engine.Extent
	err     error
}

// errNotAsked says why a source was not asked what it holds.
var errNotAsked = errors.New("it is new or has changed, and is asked what it holds only if weir runs with --writable")

// measure asks a source what it holds, once.
func (p *previewed) measure(ctx context.Context, s *catalog.Source) *measured {
	if m := p.measured[s.Name]; m != nil {
		return m
	}
	m := &measured{}
	p.measured[s.Name] = m
	if p.node.tables.asTheyAre && !p.node.options.Writable {
		if s = p.knownOrigin(s); s == nil {
			m.err = errNotAsked
			return m
		}
	}
	if m.source, m.err = p.node.connect(s); m.err != nil {
		return m
	}
	if can, ok := m.source.(engine.Measurer); ok {
		from := map[string]int64{}
		for _, at := range p.checkpoint.Positions {
			if at.Source == s.Name {
				from[at.Partition] = at.Next
			}
		}
		m.extents, m.err = can.Measure(ctx, from)
	}
	return m
}

// knownOrigin is the source that was defined before and has the same events; nil if there is none.
func (p *previewed) knownOrigin(s *catalog.Source) *catalog.Source {
	for _, old := range p.sources {
		if strings.EqualFold(old.Name, s.Name) && (old == s || catalog.SameOrigin(old, s)) {
			return old
		}
	}
	return nil
}

// readings are where a view begins in its sources, or goes on: at the positions that the texts leave it.
func (p *previewed) readings(ctx context.Context, v *catalog.View) (out []preview.Reading) {
	for _, name := range v.Sources {
		s := p.node.catalog.Source(name)
		if s == nil {
			out = append(out, preview.Reading{Source: name, Table: true, Size: -1})
			continue
		}
		r := preview.Reading{Source: s.Name, Size: -1}
		m := p.measure(ctx, s)
		from, err := p.begins(ctx, v, s, m)
		if err == nil {
			err = m.err
		}
		if err != nil {
			r.Error = err.Error()
		}
		r.Partitions = partitionsOf(from, m)
		r.Size, r.Unit = sizeOf(r.Partitions, m)
		out = append(out, r)
	}
	return out
}

// begins is where a view goes on, by partition, or begins, as far as that is not where the partition's extent says.
func (p *previewed) begins(ctx context.Context, v *catalog.View, s *catalog.Source, m *measured) (map[string]int64, error) {
	stands, others := map[string]int64{}, map[string]int64{}
	for _, at := range p.checkpoint.Positions {
		switch {
		case at.Query == v.Name && (at.Source == s.Name || at.Source == aside(s.Name, v.Replaces)):
			stands[at.Partition] = at.Next
		case at.Query != "" && at.Source == s.Name && m.extents[at.Partition].Joins && v.Replaces == "":
			if least, ok := others[at.Partition]; !ok || at.Next < least {
				others[at.Partition] = at.Next
			}
		}
	}
	from := v.Begins(p.node.options.From)
	switch {
	case len(stands) > 0:
		return stands, nil
	case !from.IsZero() && m.source != nil:
		return seek(ctx, s, m.source, from)
	}
	return others, nil
}

// seek finds where a time stands in each partition, as the engine will.
func seek(ctx context.Context, s *catalog.Source, source engine.Source, from time.Time) (map[string]int64, error) {
	seeker, ok := source.(engine.Seeker)
	if !ok {
		return nil, fmt.Errorf("connector %s cannot start at a time", s.Connector.Name)
	}
	return seeker.Seek(ctx, from)
}

// partitionsOf joins what is known of positions with what the source holds.
func partitionsOf(from map[string]int64, m *measured) (out []preview.Partition) {
	names := maps.Clone(from)
	if names == nil {
		names = map[string]int64{}
	}
	for name := range m.extents {
		names[name] = 0
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		x, measured := m.extents[name]
		at, known := from[name]
		if !known {
			at = x.Begin
		}
		p := preview.Partition{Partition: name, From: at, End: -1, Size: -1}
		switch {
		case measured:
			p.End, p.Size = x.End, x.From(at)
		case m.extents != nil:
			p.Size, p.Note = 0, "is not there any more"
		}
		if measured && x.End >= 0 && at > x.End {
			p.Note = fmt.Sprintf("ends at %d, before that: it is another one now, or has lost data", x.End)
		}
		out = append(out, p)
	}
	return out
}

// sizeOf is how much there is in all partitions; -1 if that is not known of one.
func sizeOf(partitions []preview.Partition, m *measured) (size int64, unit string) {
	if m.extents == nil {
		return -1, ""
	}
	for _, p := range partitions {
		if p.Size < 0 {
			size = -1
		} else if size >= 0 {
			size += p.Size
		}
		if x, ok := m.extents[p.Partition]; ok {
			unit = x.Unit
		}
	}
	return size, unit
}
