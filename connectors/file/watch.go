package file

import (
	"errors"
	"io/fs"
	"os"
	"slices"
)

// join starts a partition for a path that nothing is read from, at the position that is known for it.
func (r *reader) join(path string, paths []string) error {
	info, err := stat(path)
	if err != nil || info == nil {
		return err
	}
	if _, again := r.generations[path]; again {
		r.succeed(path, info, "a new file has come under a path that was read before")
		return nil
	}
	r.add(path, lastGeneration(path, r.from, paths), info)
	return nil
}

// stat returns nil if there is no such file.
func stat(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, err
}

// add starts a partition: the n-th file under a path.
func (r *reader) add(path string, generation int, info os.FileInfo) {
	p := &partition{
		source: r.source, columns: r.columns, name: generationName(path, generation), home: path, path: path,
		info: info, final: !r.follow, said: -2,
	}
	if next := r.from[p.name]; next > 0 {
		p.at = mark{next: next, bytes: -1}
	}
	r.generations[path] = generation
	r.turns = append(r.turns, p)
	r.joined = append(r.joined, p)
}

// succeed starts the next partition of a path, for the file that is there now.
func (r *reader) succeed(path string, info os.FileInfo, why string) {
	r.add(path, r.generations[path]+1, info)
	r.log.Warn("file starts again as a new partition", "path", path, "partition", generationName(path, r.generations[path]), "reason", why)
}

// scan looks for files that have grown, were truncated or lost their path, and for new ones.
func (r *reader) scan() error {
	for _, p := range slices.Clone(r.joined) {
		if err := r.check(p); err != nil {
			return err
		}
	}
	r.checkDone()
	paths, err := match(r.pattern)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if r.reads(path) {
			continue
		}
		if err := r.join(path, paths); err != nil {
			return err
		}
	}
	return nil
}

// check compares a partition with the file that is under its path now.
//
//	same file,  larger               grown: read on
//	same file,  smaller              truncated: what was not read is gone, path#2 begins
//	other file, or none              rotated or deleted: read the old one to its end, path#2 begins
func (r *reader) check(p *partition) error {
	info, err := stat(p.path)
	if err != nil {
		return err
	}
	if info == nil || !os.SameFile(info, p.info) {
		r.lostPath(p, info)
		return nil
	}
	changed := info.Size() != p.info.Size() || !info.ModTime().Equal(p.info.ModTime())
	if info.Size() < p.info.Size() || changed && p.complete {
		p.replace()
		r.succeed(p.path, info, "truncated or written again")
		return nil
	}
	if changed {
		p.info, p.state = info, ready
	}
	p.linger(changed)
	return nil
}

// replace gives up what was not read of a file whose content is gone.
func (p *partition) replace() {
	if p.said != 0 {
		p.log.Warn("file was overwritten before it was read to its end", "path", p.path, "partition", p.name, "position", p.at.next)
	}
	p.state, p.replaced = ready, true
}

// reads reports whether a path's file is being read, or has been, under this name or another.
func (r *reader) reads(path string) bool {
	byName := func(p *partition) bool { return p.path == path }
	if slices.ContainsFunc(r.joined, byName) || slices.ContainsFunc(r.done, byName) {
		return true
	}
	info, err := os.Stat(path)
	if err != nil {
		return true // gone since it was listed, or not ours to read: the next scan looks again
	}
	same := func(p *partition) bool { return os.SameFile(p.info, info) }
	return slices.ContainsFunc(r.joined, same) || slices.ContainsFunc(r.done, same)
}
