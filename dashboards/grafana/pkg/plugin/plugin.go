// Package plugin is what Grafana asks of the data source: one instance for each that is configured.
//
//	settings.go   what is configured
//	query.go      panels, alert rules, annotations, variables: SQL with macros, answered in frames
//	livequery.go  queries of panels that are live, which get the address of a stream
//	describe.go   units, and notices about the views that a query reads
//	stream.go     Grafana Live; the streams themselves are in package live
//	health.go     Save & test
//	resources.go  what the editor asks: names, validation, values of filters
//	mistake.go    errors as users see them
//
// To add a resource: a route in resources.go. To add a setting: a field in settings.go, and one in the front end's editor.
package plugin

import (
	"context"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"

	"github.com/weirdb/weir/dashboards/grafana/pkg/live"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// ID is the plugin's, as in plugin.json.
const ID = "weirdb-weir-datasource"

// Datasource is one configured data source.
type Datasource struct {
	backend.CallResourceHandler
	uid      string
	settings settings
	client   *weir.Client
	hub      *live.Hub
	schema   cached[*weir.Schema]
	views    cached[[]weir.View]
}

// New makes a data source of its settings. Grafana makes a new one when they change.
func New(ctx context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	set, err := readSettings(s)
	if err != nil {
		return nil, err
	}
	options, err := s.HTTPClientOptions(ctx)
	if err != nil {
		return nil, backend.DownstreamErrorf("reading the data source's HTTP settings: %w", err)
	}
	timeouts := httpclient.DefaultTimeoutOptions
	timeouts.Timeout = 0 // streams have no end; queries have contexts
	options.Timeouts = &timeouts
	transport, err := httpclient.New(options)
	if err != nil {
		return nil, backend.DownstreamErrorf("reading the data source's TLS settings: %w; certificates and keys are PEM text, beginning with -----BEGIN", err)
	}
	client, err := weir.New(s.URL, s.DecryptedSecureJSONData["token"], transport)
	if err != nil {
		return nil, backend.DownstreamError(err)
	}
	d := &Datasource{uid: s.UID, settings: set, client: client, hub: live.NewHub(client)}
	d.schema = cached[*weir.Schema]{read: client.Schema, fresh: 30 * time.Second}
	d.views = cached[[]weir.View]{read: client.Views, fresh: 2 * time.Second}
	d.CallResourceHandler = d.resources()
	return d, nil
}

// Dispose ends the streams: the settings have changed, or the data source is gone.
func (d *Datasource) Dispose() {
	d.hub.Close()
}

// cached is an answer that is asked for again when it is old.
type cached[T any] struct {
	read  func(context.Context) (T, error)
	fresh time.Duration
	mu    sync.Mutex
	value T
	at    time.Time
}

func (c *cached[T]) get(ctx context.Context) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() && time.Since(c.at) < c.fresh {
		return c.value, nil
	}
	v, err := c.read(ctx)
	if err == nil {
		c.value, c.at = v, time.Now()
	}
	return v, err
}
