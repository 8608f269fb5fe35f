package http

import (
	"encoding/json"
	nethttp "net/http"
	"testing"
)

// FuzzSplit: whatever comes, an event is JSON, or the body is refused with a reason.
func FuzzSplit(f *testing.F) {
	for i := range contentTypes {
		f.Add(i, []byte(structuredEvent))
		f.Add(i, []byte("{\"a\":1}\n[2,{}]\n"))
		f.Add(i, []byte("["+structuredEvent+","))
	}
	f.Add(-1, []byte(`{"a":1}`))
	f.Fuzz(func(t *testing.T, kind int, body []byte) {
		h := nethttp.Header{}
		if kind < 0 {
			h = nethttp.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {string(body)}, "Ce-Source": {"s"}, "Ce-Type": {"t"}}
		} else {
			h.Set("Content-Type", contentTypes[kind%len(contentTypes)].name)
		}
		events, err := split(h, body)
		if err != nil && err.Error() == "" {
			t.Error("no reason")
		}
		for _, e := range events {
			if err == nil && !json.Valid(e) {
				t.Errorf("no JSON: %q", e)
			}
		}
	})
}
