package file

import (
	"bytes"
	"os"

	"github.com/weirdb/weir/engine"
)

// ndjson reads a file of JSON lines. Positions are byte offsets, of the decompressed file.
type ndjson struct {
	cutter
	stream *stream
	part   *partition
}

func openNDJSON(p *partition, f *os.File) (content, error) {
	s, err := openStream(p, f)
	if err != nil {
		return nil, err
	}
	if err := s.skip(p.at.next, p); err != nil {
		return nil, err
	}
	c := &ndjson{stream: s, part: p}
	c.cutter = cutter{end: newline, maxLine: p.maxLine, final: p.final}
	c.in, c.at = s, p.at.next
	c.hint = c.left()
	if c.at == 0 {
		err = c.skipMark()
	}
	return c, err
}

func newline(data []byte) int { return bytes.IndexByte(data, '\n') }

// read takes the lines of one block.
func (c *ndjson) read(f *engine.Fetch) error {
	c.hint, c.final = c.left(), c.part.final
	err := c.each(batchRows, func(r record) {
		switch {
		case r.why != "":
			f.Rejects = append(f.Rejects, engine.DeadLetter{Offset: r.offset, Value: bytes.Clone(r.text), Reason: r.why})
		case !blank(r.text):
			f.Records = append(f.Records, engine.Record{Offset: r.offset, Value: r.text})
		}
	})
	f.Next = c.resume()
	return err
}

func blank(line []byte) bool {
	return len(line) == 0 || line[0] <= ' ' && len(bytes.TrimSpace(line)) == 0
}

func (c *ndjson) left() int64 { return c.stream.left(c.part, c.resume()) }

func (c *ndjson) here() mark { return mark{c.resume(), c.resume()} }

func (c *ndjson) close() error { return c.stream.Close() }
