package http

import (
	"testing"

	"github.com/weirdb/weir/engine"
)

// What the journal holds can be asked beside the source that writes it.
func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	s, _ := opened(t, dir, nil)
	if code, text := post(s, "application/x-ndjson", "{}\n{}\n{}"); code != 202 {
		t.Fatal(code, text)
	}
	beside, err := configured(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := beside.Measure(t.Context(), nil)
	if want := (engine.Extent{End: 3, Size: 3, Unit: "records"}); err != nil || len(got) != 1 || got["0"] != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
