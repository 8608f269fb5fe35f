package file

import (
	"context"

	"github.com/weirdb/weir/engine"
)

// Measure lists the files and how large they are. Files of formats in which only reading tells that have no size.
func (s *source) Measure(ctx context.Context, from map[string]int64) (map[string]engine.Extent, error) {
	opened, err := s.Open(ctx, engine.ReadOptions{Bounded: true, From: from})
	if err != nil {
		return nil, err
	}
	r := opened.(*reader)
	out := map[string]engine.Extent{}
	for _, p := range r.joined {
		if out[p.name], err = p.measure(); err != nil {
			return nil, err
		}
	}
	return out, r.Close()
}

// measure is what a file holds. Positions in it are bytes in JSON, and rows or records elsewhere.
func (p *partition) measure() (engine.Extent, error) {
	size := p.info.Size()
	switch {
	case p.format == formatParquet:
		return p.measureRows()
	case p.format == formatArrow:
		return engine.Extent{End: -1, Size: -1, Unit: "rows"}, nil
	case compression(p.home) != plain:
		return engine.Extent{End: -1, Size: -1, Unit: "bytes"}, nil
	case p.format == formatCSV:
		return engine.Extent{End: -1, Size: size, Unit: "bytes"}, nil
	}
	return engine.Extent{End: size, Size: size, Unit: "bytes"}, nil
}

// measureRows takes the number of rows from a file's footer. A file without one is still being written.
func (p *partition) measureRows() (engine.Extent, error) {
	p.at = mark{}
	err := p.open()
	switch {
	case err != nil && broken(err):
		return engine.Extent{End: -1, Size: -1, Unit: "rows"}, nil
	case err != nil:
		return engine.Extent{}, err
	}
	defer p.close()
	rows := p.content.left()
	return engine.Extent{End: rows, Size: rows, Unit: "rows"}, nil
}
