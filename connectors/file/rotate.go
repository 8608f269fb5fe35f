package file

import (
	"os"
	"path/filepath"
	"slices"
)

// scansUntilGone is how many scans in a row a file that has lost its path must stay unchanged before it has ended: who
// writes it may hold it open for a while.
const scansUntilGone = 10

// lostPath follows a file to its new name, or reads what can still be read of it, and starts what has taken its place.
func (r *reader) lostPath(p *partition, now os.FileInfo) {
	old := p.path
	if path := findMoved(p.info, filepath.Dir(old)); path != "" {
		p.path, p.moved = path, 1
	} else {
		p.deleted()
	}
	if now != nil && old == p.home && !slices.ContainsFunc(r.joined, func(o *partition) bool { return o.path == old && o != p }) {
		r.succeed(old, now, "another file has taken the path")
	}
}

// deleted ends a file that no name is left of. If it is open, it is still read to its end.
func (p *partition) deleted() {
	p.final, p.state, p.gone = true, ready, true
	if p.content == nil {
		p.replace()
	}
}

// linger ends a file without a path of its own once nobody has written to it for a while.
func (p *partition) linger(changed bool) {
	if p.moved == 0 {
		return
	}
	p.moved++
	if changed {
		p.moved = 1
	}
	if p.moved > scansUntilGone && p.state == quiet {
		p.final, p.state = true, ready
	}
}

// findMoved looks in a folder for the name that a file has now.
func findMoved(file os.FileInfo, folder string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && os.SameFile(info, file) {
			return filepath.Join(folder, entry.Name())
		}
	}
	return ""
}

// checkDone forgets files that have ended and are there no more, or were written again: what comes under
// their paths is new.
func (r *reader) checkDone() {
	r.done = slices.DeleteFunc(r.done, func(p *partition) bool {
		info, err := stat(p.path)
		if err != nil {
			return false
		}
		if info == nil || !os.SameFile(info, p.info) {
			p.path = findMoved(p.info, filepath.Dir(p.path))
			return p.path == ""
		}
		changed := info.Size() != p.info.Size() || !info.ModTime().Equal(p.info.ModTime())
		if info.Size() > p.info.Size() && !p.warned && !p.columnar() {
			p.warnOnce("file has changed after it was taken for finished; the change is not read")
		}
		return changed && p.columnar() || info.Size() < p.info.Size()
	})
}
