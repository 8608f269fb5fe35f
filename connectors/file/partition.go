package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// state says whether a partition's turn is worth taking.
type state uint8

const (
	ready state = iota // may have something to read
	quiet              // followed, and read to its present end
	ended              // will never have more
)

// partition is one file, from its position to its end.
type partition struct {
	*source
	columns  []types.Field
	name     string
	home     string      // the path that it was found under, which names it
	path     string      // where the file is now
	info     os.FileInfo // as last seen; tells one file from another under the same path
	final    bool        // the file is read to info's size, and ends there
	content  content     // nil while closed
	at       mark
	state    state
	said     int64 // Waiting in the last fetch; -2 before the first
	replaced bool  // truncated or rewritten in place: what was not read of it is gone
	moved    int   // scans since its path was taken by another file; 0 while it has its path
	gone     bool  // deleted: no name is left of it
	complete bool  // it was opened with a footer: a change makes it another file
	shrunk   bool  // it is shorter than its position: another file, which is read from its beginning
	warned   bool
}

// heavy reports whether the file stays open until it is read: it is costly to come back to a place in it.
func (p *partition) heavy() bool {
	return p.columnar() || compression(p.home) != plain
}

func (p *partition) columnar() bool { return p.format == formatParquet || p.format == formatArrow }

// step reads the next slice. It reports whether the fetch says anything that the last one did not.
func (p *partition) step() (engine.Fetch, bool, error) {
	f := engine.Fetch{Partition: p.name, Next: p.at.next, Waiting: -1}
	err := p.readSlice(&f)
	if err != nil && !errors.Is(err, io.EOF) {
		err = p.stop(&f, err)
	} else if err != nil {
		p.finish()
		f.Waiting, err = 0, nil
	}
	f.End = p.state == ended
	changed := len(f.Records) > 0 || f.Rows != nil || len(f.Rejects) > 0 || f.Next != p.at.next || f.End || f.Waiting != p.said
	p.said = f.Waiting
	p.at.next = f.Next
	return f, changed && err == nil, err
}

func (p *partition) readSlice(f *engine.Fetch) error {
	if p.replaced {
		return io.EOF
	}
	if p.content == nil {
		if err := p.open(); err != nil {
			return err
		}
	}
	err := p.content.read(f)
	p.at.bytes = p.content.here().bytes
	f.Waiting = p.content.left()
	p.sign(f.Rejects)
	return err
}

// finish is the end of the file, for now or for good.
func (p *partition) finish() {
	p.state = quiet
	if p.final || p.replaced {
		p.state = ended
	}
	if p.heavy() || p.state == ended {
		p.close()
	}
}

// stop decides what an error means: a file that is still being written is waited for; a damaged one goes to the dead letters from
// here on, and the others are read on; a failing disk ends the source.
func (p *partition) stop(f *engine.Fetch, cause error) error {
	p.close()
	if errors.Is(cause, errShrunk) {
		p.state, p.shrunk = ended, true
		return nil
	}
	if errors.Is(cause, errSwapped) && !p.final {
		p.state = quiet // the next scan finds out
		return nil
	}
	if !broken(cause) {
		return fmt.Errorf("file: read %s: %w", p.path, cause)
	}
	if !p.final && unfinished(cause) {
		p.state = quiet
		p.warnOnce("file is not complete yet: " + cause.Error())
		return nil
	}
	p.state = ended
	f.Rejects = append(f.Rejects, engine.DeadLetter{Offset: f.Next, Reason: fmt.Sprintf("%v; the rest of the file is left out", cause)})
	p.sign(f.Rejects)
	return nil
}

func (p *partition) warnOnce(what string) {
	if !p.warned {
		p.log.Warn(what, "path", p.path, "partition", p.name, "position", p.at.next)
	}
	p.warned = true
}

func (p *partition) sign(rejects []engine.DeadLetter) {
	for i := range rejects {
		rejects[i].Source, rejects[i].Partition = p.source.name, p.name
		rejects[i].At = time.Now()
	}
}

func (p *partition) open() error {
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	content, err := p.openSame(f)
	if err != nil {
		f.Close() //nolint:errcheck // opened for reading only
		return err
	}
	p.content = content
	return nil
}

// openSame opens the content of a file if it is the one that was found. A followed file is taken as it is now.
func (p *partition) openSame(f *os.File) (content, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !p.final && os.SameFile(info, p.info) {
		p.info = info
	}
	if !os.SameFile(info, p.info) || info.Size() < p.info.Size() {
		return nil, errSwapped
	}
	return p.openContent(f)
}

func (p *partition) openContent(f *os.File) (content, error) {
	switch p.format {
	case formatCSV:
		return openCSV(p, f)
	case formatParquet:
		return openParquet(p, f)
	case formatArrow:
		return openIPC(p, f)
	}
	return openNDJSON(p, f)
}

func (p *partition) close() {
	if p.content == nil {
		return
	}
	if err := p.content.close(); err != nil {
		p.log.Warn("close failed", "path", p.path, "error", err)
	}
	p.content = nil
}
