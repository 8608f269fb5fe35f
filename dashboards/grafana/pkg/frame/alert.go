package frame

import "github.com/grafana/grafana-plugin-sdk-go/data"

// Distinct gives the values of a frame with several of them a label that tells them apart. Alert rules refuse a frame whose fields only differ
// by name.
func Distinct(frames data.Frames) {
	for _, f := range frames {
		names := map[string]bool{}
		for _, field := range f.Fields {
			if field.Type().Numeric() {
				names[field.Name] = true
			}
		}
		if len(names) < 2 {
			continue
		}
		for _, field := range f.Fields {
			if field.Type().Numeric() {
				field.Labels = withLabel(field.Labels, "column", field.Name)
			}
		}
	}
}

func withLabel(labels data.Labels, name, value string) data.Labels {
	out := data.Labels{name: value}
	for k, v := range labels {
		out[k] = v
	}
	return out
}
