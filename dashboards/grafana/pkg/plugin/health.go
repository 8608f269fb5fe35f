package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// titles are the beginnings of messages about failures.
var titles = map[weir.Kind]string{
	weir.Configuration: "The settings are wrong",
	weir.Network:       "Weir cannot be reached",
	weir.Timeout:       "Weir does not answer in time",
	weir.TLS:           "TLS does not come about",
	weir.Unauthorized:  "Weir does not let the data source in",
	weir.Forbidden:     "Weir does not let the data source in",
	weir.NotWeir:       "This is not a Weir, or one of another version",
	weir.BrokenOff:     "Weir broke off its answer",
	weir.Cancelled:     "Cancelled",
}

// CheckHealth is Save & test: it says whether Weir answers, and if not, on which side of the wire to look.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	ctx, cancel := context.WithTimeout(ctx, min(d.settings.timeout, defaultTimeout))
	defer cancel()
	views, err := d.client.Views(ctx)
	if err != nil {
		return d.sick(err), nil
	}
	if _, err := d.client.Table(ctx, weir.Query{SQL: "SELECT 1", Limit: 1}); err != nil {
		return d.sick(err), nil
	}
	schema, err := d.client.Schema(ctx)
	if err != nil {
		return d.sick(err), nil
	}
	message := fmt.Sprintf("%s answers: %s.", strings.TrimSpace("Weir "+schema.Version), counted(len(views)))
	for _, v := range views {
		if v.State == "failed" {
			message += fmt.Sprintf(" View %s has failed: %s.", v.Name, v.Error)
		}
	}
	return healthy(message, schema.Notice), nil
}

func counted(views int) string {
	if views == 1 {
		return "1 view"
	}
	return fmt.Sprintf("%d views", views)
}

func healthy(message, notice string) *backend.CheckHealthResult {
	if notice != "" {
		message += " But " + notice + "."
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: message}
}

func (d *Datasource) sick(err error) *backend.CheckHealthResult {
	title, advice := "Weir answers with an error", ""
	var f *weir.Failure
	var cause = err
	if errors.As(err, &f) {
		title, advice, cause = titles[f.Kind], f.Advice, f.Cause
	}
	details, _ := json.Marshal(map[string]string{"verboseMessage": advice, "url": d.client.Base()}) // strings always marshal
	message := title + ": " + cause.Error()
	if advice != "" {
		message += ". " + advice
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: message, JSONDetails: details}
}
