package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// status is the part of /v1/status that tests look at.
type status struct {
	Commits int64 `json:"commits"`
	Sources []struct {
		Records     int64  `json:"records"`
		DeadLetters int64  `json:"dead_letters"`
		State       string `json:"state"`
	} `json:"sources"`
	Queries []struct {
		View   string `json:"view"`
		RowsIn int64  `json:"rows_in"`
	} `json:"queries"`
}

func (p *process) status() (s status) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(get(p.t, p.url()+"/v1/status", http.StatusOK)), &s); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// read waits until the process has read so many records and has committed.
func (p *process) read(records int64) {
	p.t.Helper()
	p.eventually("all records are read", func() bool {
		s := p.status()
		return s.Commits > 0 && len(s.Sources) > 0 && s.Sources[0].Records >= records
	})
}

// get fetches a page, which must come with the given status code.
func get(t *testing.T, url string, code int) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != code {
		t.Errorf("%s: %s, want %d: %s", url, response.Status, code, text)
	}
	return string(text)
}
