package file

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// source is a configured set of files.
type source struct {
	name     string
	pattern  string
	format   string
	follow   bool
	maxLine  int
	csv      dialect
	declared []types.Field
	eval     engine.Evaluator
	mem      memory.Allocator
	log      *slog.Logger
}

func newSource(c engine.SourceConfig) (engine.Source, error) {
	o := c.Options
	s := &source{
		name: c.Name, pattern: o["path"], format: c.Format, follow: o.Bool("follow"), maxLine: int(o.Int("max_line")),
		declared: c.Columns, eval: c.Eval, mem: memory.DefaultAllocator,
		log: slog.Default().With("connector", "file", "source", c.Name),
	}
	if s.format == "" {
		s.format = formatJSON
	}
	if !slices.Contains(formats, s.format) {
		return nil, fmt.Errorf("file: format = '%s': allowed are '%s'", s.format, strings.Join(formats, "', '"))
	}
	if s.maxLine <= 0 {
		return nil, fmt.Errorf("file: max_line = '%s': want a number of bytes above 0", o["max_line"])
	}
	if err := checkPattern(s.pattern); err != nil {
		return nil, err
	}
	var err error
	s.csv, err = parseDialect(o)
	return s, err
}

func parseDialect(o engine.Options) (dialect, error) {
	d := dialect{header: o.Bool("header"), nullText: o["nullstr"]}
	delimiter := o["delimiter"]
	if delimiter == `\t` {
		delimiter = "\t"
	}
	if !oneByte(delimiter) {
		return d, fmt.Errorf("file: delimiter = '%s': want one ASCII character, or \\t", o["delimiter"])
	}
	d.delimiter = delimiter[0]
	quote := o["quote"]
	if quote != "" && !oneByte(quote) {
		return d, fmt.Errorf("file: quote = '%s': want one ASCII character, or none", quote)
	}
	if quote != "" {
		d.quote, d.quoted = quote[0], true
	}
	if d.quoted && d.quote == d.delimiter {
		return d, fmt.Errorf("file: quote and delimiter are both '%s'", quote)
	}
	return d, nil
}

func oneByte(s string) bool {
	return len(s) == 1 && s[0] < utf8.RuneSelf && s[0] != '\n' && s[0] != '\r'
}

// Open lists the files and notes where each ends now. It fails if none is there and none is waited for.
func (s *source) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	paths, err := match(s.pattern)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 && !s.follow {
		return nil, s.noFile()
	}
	r := &reader{source: s, columns: o.Columns, follow: s.follow && !o.Bounded, from: o.From, generations: map[string]int{}, woken: make(chan struct{}, 1)}
	for _, path := range paths {
		if err := r.join(path, paths); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// noFile says that nothing matches. A folder is named with a pattern of what is in it.
func (s *source) noFile() error {
	if at, err := os.Stat(s.pattern); err == nil && at.IsDir() {
		return fmt.Errorf("file: path = '%s' is a folder (working folder %s); '%s' would read the files in it",
			s.pattern, workingFolder(), filepath.Join(s.pattern, "*"))
	}
	return fmt.Errorf("file: no file matches path = '%s' (working folder %s); follow = 'true' would wait for one", s.pattern, workingFolder())
}

func workingFolder() string {
	folder, err := os.Getwd()
	if err != nil {
		return "unknown"
	}
	return folder
}
