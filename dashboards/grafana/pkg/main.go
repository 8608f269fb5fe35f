// Command gpx_weir is the back end of Weir's Grafana data source. Grafana starts it, and talks to it by gRPC.
//
//	plugin/   what Grafana asks: queries, health, resources, streams
//	macro/    $__timeFilter and its kin
//	frame/    Grafana's frames of DuckDB's values
//	live/     streams that show each commit
//	weir/     the client of Weir's HTTP API
//
// It is a module of its own, so that Grafana's SDK stays out of Weir, needs no C, and opens no file: it asks a running Weir over HTTP.
package main

import (
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/weirdb/weir/dashboards/grafana/pkg/plugin"
)

func main() {
	if err := datasource.Manage(plugin.ID, plugin.New, datasource.ManageOpts{}); err != nil {
		log.DefaultLogger.Error("The data source has stopped", "error", err)
		panic(err) // Grafana starts it again; a plugin is not to call os.Exit itself
	}
}
