package nab

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// series is a data file with its labels.
type series struct {
	name    string // folder/file.csv, as the labels have it
	times   []time.Time
	values  []float64 // NaN where there is none
	windows []window
}

// window is a labelled anomaly: its first and last row.
type window struct{ first, last int }

// labelsFile is where the labels lie, in the benchmark's folder or in labels/ below it.
var labelsFiles = []string{"labels.json", "labels/combined_windows.json"}

// readCorpus reads a folder in the benchmark's layout: data/<folder>/<file>.csv, and the labels of the files. The series are in the order of
// their names.
func readCorpus(dir string) ([]series, error) {
	labels, err := readLabels(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(labels))
	for name := range labels {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]series, 0, len(names))
	for _, name := range names {
		s, err := readSeries(filepath.Join(dir, "data", name), labels[name])
		if err != nil {
			return nil, fmt.Errorf("read series %s: %w", name, err)
		}
		s.name = name
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the labels of %s name no file", dir)
	}
	return out, nil
}

func readLabels(dir string) (map[string][][2]string, error) {
	for _, name := range labelsFiles {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read labels: %w", err)
		}
		var labels map[string][][2]string
		if err := json.Unmarshal(text, &labels); err != nil {
			return nil, fmt.Errorf("read labels %s: %w", name, err)
		}
		return labels, nil
	}
	return nil, fmt.Errorf("%s has no %s: it is not a folder in the benchmark's layout", dir, strings.Join(labelsFiles, " and no "))
}

func readSeries(path string, labels [][2]string) (s series, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return s, err
	}
	for i, row := range rows[min(1, len(rows)):] {
		at, err := parseTime(row[0])
		if err != nil {
			return s, fmt.Errorf("row %d: %w", i+1, err)
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(row[1]), 64)
		if err != nil {
			value = math.NaN()
		}
		s.times, s.values = append(s.times, at), append(s.values, value)
	}
	s.windows, err = s.find(labels)
	return s, err
}

func parseTime(text string) (time.Time, error) {
	return time.Parse(time.DateTime, strings.TrimSpace(text))
}

// find makes rows of the labels' times: of equal ones the first.
func (s *series) find(labels [][2]string) ([]window, error) {
	first := map[time.Time]int{}
	for i := len(s.times) - 1; i >= 0; i-- {
		first[s.times[i]] = i
	}
	out := make([]window, 0, len(labels))
	for _, l := range labels {
		rows := [2]int{}
		for i, text := range l {
			at, err := parseTime(text)
			if err != nil {
				return nil, fmt.Errorf("label: %w", err)
			}
			row, ok := first[at]
			if !ok {
				return nil, fmt.Errorf("label %s is the time of no row", text)
			}
			rows[i] = row
		}
		out = append(out, window{rows[0], rows[1]})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].first < out[j].first })
	return out, nil
}
