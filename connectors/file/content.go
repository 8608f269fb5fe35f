package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/weirdb/weir/engine"
)

// content reads the records of one open file in order. It owns the descriptor.
type content interface {
	// read adds the next records or rows to f and moves f.Next past them. It returns io.EOF, perhaps together with
	// the last of them, when the file has no more for now.
	read(f *engine.Fetch) error
	// left is how many bytes or rows are known to come after what was read; -1 if the format cannot tell.
	left() int64
	// here is where reading can begin again.
	here() mark
	close() error
}

// mark is a place in a file: the position of a record, and the byte at which it begins; -1 if only reading on from the start finds it.
type mark struct {
	next  int64
	bytes int64
}

// errShrunk says that a file is shorter than the position to resume at: it is not the file that was read before.
var errShrunk = errors.New("the file is shorter than what was read of it before")

// errSwapped says that a file is not the one that was listed.
var errSwapped = errors.New("the file was replaced while it was read")

// broken says that a file's content, not the reading of it, is at fault.
func broken(err error) bool {
	var path *fs.PathError
	return !errors.As(err, &path)
}

// unfinished says that a file ends too early: one that is still being written looks like this.
func unfinished(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errNoFooter)
}

// errNoFooter says that a Parquet or Arrow file does not end as it should.
var errNoFooter = errors.New("the file does not end with a footer")

// guard turns a panic in a library that trusts what it reads into an error.
func guard(what string, read func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s: damaged file: %v", what, cause)
		}
	}()
	return read()
}
