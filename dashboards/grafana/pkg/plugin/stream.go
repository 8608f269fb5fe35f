package plugin

import (
	"context"
	"errors"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/live"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// SubscribeStream lets a panel follow a channel, and gives it what was sent there since its query.
func (d *Datasource) SubscribeStream(ctx context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	if _, err := live.Parse(req.Path); err != nil {
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusNotFound}, nil //nolint:nilerr // that is the answer
	}
	f, err := d.hub.Subscribe(ctx, req.Path)
	var p *weir.Problem
	if errors.As(err, &p) && p.Code == "no_view" {
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusNotFound}, nil
	}
	if err != nil {
		return nil, backend.DownstreamError(err)
	}
	out := &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusOK}
	if f != nil && f.Rows() > 0 {
		out.InitialData, err = backend.NewInitialFrame(f, data.IncludeDataOnly) // the query's frame had the schema
	}
	return out, err
}

// PublishStream lets nobody write into a channel.
func (d *Datasource) PublishStream(context.Context, *backend.PublishStreamRequest) (*backend.PublishStreamResponse, error) {
	return &backend.PublishStreamResponse{Status: backend.PublishStreamStatusPermissionDenied}, nil
}

// RunStream sends a channel's packets until Grafana has no more subscribers.
func (d *Datasource) RunStream(ctx context.Context, req *backend.RunStreamRequest, sender *backend.StreamSender) error {
	if err := d.hub.Run(ctx, req.Path, sender.SendFrame); err != nil {
		return backend.DownstreamError(err)
	}
	return nil
}
