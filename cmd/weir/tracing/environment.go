package tracing

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Variable is an environment variable that decides on traces.
type Variable struct {
	Name    string
	Doc     string
	Allowed []string // the only values, if not empty
}

// The variables that are read here; the SDK reads the others.
const (
	disabled       = "OTEL_SDK_DISABLED"
	exporter       = "OTEL_TRACES_EXPORTER"
	endpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	allProtocol    = "OTEL_EXPORTER_OTLP_PROTOCOL"
	tracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
)

// protocolGRPC is the protocol that has an exporter of its own; the other one speaks the rest.
const protocolGRPC = "grpc"

var protocols = []string{"http/protobuf", "http/json", protocolGRPC}

// Variables are those of OpenTelemetry's that users most need. The SDK knows more: headers, certificates, batches.
var Variables = []Variable{
	{Name: endpoint, Doc: "where to send traces, such as http://127.0.0.1:4318; this turns tracing on"},
	{Name: tracesEndpoint, Doc: "the same for traces alone, with its path, such as http://127.0.0.1:4318/v1/traces"},
	{Name: allProtocol, Doc: "how", Allowed: protocols},
	{Name: tracesProtocol, Doc: "the same for traces alone", Allowed: protocols},
	{Name: exporter, Doc: "otlp turns tracing on without an endpoint, none off", Allowed: []string{"otlp", "none"}},
	{Name: disabled, Doc: "true turns tracing off"},
	{Name: "OTEL_SERVICE_NAME", Doc: "what this Weir is called; weir if it is not set"},
	{Name: "OTEL_RESOURCE_ATTRIBUTES", Doc: "more about this Weir, such as deployment.environment.name=test"},
	{Name: "OTEL_TRACES_SAMPLER", Doc: "which traces are kept; parentbased_always_on if it is not set",
		Allowed: []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}},
	{Name: "OTEL_TRACES_SAMPLER_ARG", Doc: "the share of them, from 0 to 1, for the samplers with a ratio"},
}

// Help is what the help of a command that sends traces says of the environment.
func Help() string {
	var b strings.Builder
	b.WriteString("Traces go to an OpenTelemetry collector if the environment says so:\n")
	for _, v := range Variables {
		fmt.Fprintf(&b, "  %-35s %s", v.Name, v.Doc)
		if len(v.Allowed) > 0 && v.Name != exporter {
			fmt.Fprintf(&b, ": %s", strings.Join(v.Allowed, ", "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wanted reports whether the environment asks for traces.
func wanted() (bool, error) {
	if strings.EqualFold(os.Getenv(disabled), "true") || strings.TrimSpace(os.Getenv(exporter)) == "none" {
		return false, nil
	}
	asked := os.Getenv(endpoint) != "" || os.Getenv(tracesEndpoint) != "" || os.Getenv(exporter) != ""
	if !asked {
		return false, nil
	}
	for _, v := range Variables {
		value := strings.TrimSpace(os.Getenv(v.Name))
		if value != "" && len(v.Allowed) > 0 && !slices.Contains(v.Allowed, strings.ToLower(value)) {
			return false, fmt.Errorf("%s=%s: allowed are %s", v.Name, value, strings.Join(v.Allowed, ", "))
		}
	}
	return true, nil
}

// protocol is how traces are sent.
func protocol() string {
	return strings.ToLower(strings.TrimSpace(cmp.Or(os.Getenv(tracesProtocol), os.Getenv(allProtocol), protocols[0])))
}
