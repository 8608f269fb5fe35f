package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/weirdb/weir/engine"
)

// dialTimeout bounds one attempt to reach one broker, so that several are tried within connectTimeout.
const dialTimeout = 4 * time.Second

// metadataAge is how soon one asks again who leads a partition, as the client does for sinks: what a moved leader waits for.
const metadataAge = 500 * time.Millisecond

// addresses are the brokers that the user named.
func addresses(o engine.Options) []string {
	var out []string
	for a := range strings.SplitSeq(o["brokers"], ",") {
		if a = strings.TrimSpace(a); a != "" {
			out = append(out, a)
		}
	}
	return out
}

// clientOptions are what sources and sinks have in common: where the brokers are, and how to talk to them.
func clientOptions(o engine.Options, log *slog.Logger) ([]kgo.Opt, error) {
	seeds := addresses(o)
	if len(seeds) == 0 {
		return nil, errors.New("kafka: option brokers names no address; want host:port, separated by commas")
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(seeds...), kgo.ClientID(o["client_id"]), kgo.DialTimeout(dialTimeout),
		kgo.MetadataMinAge(metadataAge),
		kgo.WithLogger(newClientLogger(log)), kgo.DisableClientMetrics(),
	}
	if usesTLS(o) {
		config, err := tlsConfig(o)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(config))
	}
	if usesSASL(o) {
		mechanism, err := saslMechanism(o)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.SASL(mechanism))
	}
	return opts, nil
}

func usesTLS(o engine.Options) bool  { return strings.HasSuffix(o["security_protocol"], "ssl") }
func usesSASL(o engine.Options) bool { return strings.HasPrefix(o["security_protocol"], "sasl") }

func tlsConfig(o engine.Options) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if path := o["ssl_ca_location"]; path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("kafka: read ssl_ca_location: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kafka: ssl_ca_location %s holds no certificate in PEM form", path)
		}
	}
	cert, key := o["ssl_certificate_location"], o["ssl_key_location"]
	if (cert == "") != (key == "") {
		return nil, errors.New("kafka: ssl_certificate_location and ssl_key_location go together: give both or neither")
	}
	if cert == "" {
		return config, nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("kafka: load ssl_certificate_location and ssl_key_location: %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

func saslMechanism(o engine.Options) (sasl.Mechanism, error) {
	user, password := o["sasl_username"], o["sasl_password"]
	if user == "" || password == "" {
		return nil, fmt.Errorf("kafka: security_protocol = '%s' needs sasl_username and sasl_password", o["security_protocol"])
	}
	switch o["sasl_mechanism"] {
	case "SCRAM-SHA-256":
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism(), nil
	}
	return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
}
