package nab

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirdb/weir/operators/detector"
)

// detectorOptions reads options such as spikes=0,season=1 day. One that no method has is an error.
func detectorOptions(text string, methods []*detector.Method) (map[string]any, error) {
	out := map[string]any{}
	if text == "" {
		return out, nil
	}
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || !anyHas(methods, name) {
			return nil, fmt.Errorf("%q is no option of the detectors: want name=value", pair)
		}
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			out[name] = number
		} else {
			out[name] = value
		}
	}
	return out, nil
}

func anyHas(methods []*detector.Method, name string) bool {
	for _, m := range methods {
		if _, ok := of(m, map[string]any{name: nil})[name]; ok {
			return true
		}
	}
	return false
}

// of are those of the options that a method has.
func of(m *detector.Method, options map[string]any) map[string]any {
	out := map[string]any{}
	for _, o := range m.Options {
		if v, ok := options[o.Name]; ok {
			out[o.Name] = v
		}
	}
	return out
}
