package plugin

import (
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// settings are what the data source's page has beside URL, token and TLS, which the SDK reads.
type settings struct {
	timeout time.Duration // of one query
	maxRows int           // of one result
}

// What holds where nothing is set.
const (
	defaultTimeout = 30 * time.Second
	defaultRows    = 100_000
)

func readSettings(s backend.DataSourceInstanceSettings) (settings, error) {
	var stored struct {
		TimeoutSeconds float64 `json:"timeoutSeconds"`
		MaxRows        int     `json:"maxRows"`
	}
	if len(s.JSONData) > 0 {
		if err := json.Unmarshal(s.JSONData, &stored); err != nil {
			return settings{}, backend.DownstreamErrorf("jsonData of the data source: %w; timeoutSeconds and maxRows are numbers", err)
		}
	}
	if stored.TimeoutSeconds < 0 || stored.MaxRows < 0 || stored.MaxRows > weir.MostRows {
		return settings{}, backend.DownstreamErrorf("timeoutSeconds %g and maxRows %d of the data source: must be from 0, and maxRows at most %d; 0 is the default",
			stored.TimeoutSeconds, stored.MaxRows, weir.MostRows)
	}
	out := settings{timeout: time.Duration(stored.TimeoutSeconds * float64(time.Second)), maxRows: stored.MaxRows}
	if out.timeout == 0 {
		out.timeout = defaultTimeout
	}
	if out.maxRows == 0 {
		out.maxRows = defaultRows
	}
	return out, nil
}
