package kafka

import "github.com/weirdb/weir/engine"

// The options have Kafka's own names, with underscores in place of dots.

func connectionOptions() []engine.Option {
	return []engine.Option{
		{Name: "brokers", Required: true, Doc: "Addresses to find the cluster by, host:port, separated by commas (Kafka's bootstrap.servers)."},
		{Name: "topic", Required: true, Doc: "The topic to read or write; it has to exist."},
		{Name: "client_id", Default: "weir", Doc: "The name that the brokers log for this client."},
		{Name: "security_protocol", Default: "plaintext", Allowed: []string{"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"},
			Doc: "How to talk to the brokers."},
		{Name: "sasl_mechanism", Default: "PLAIN", Allowed: []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"},
			Doc: "How to prove who we are, with sasl_plaintext and sasl_ssl."},
		{Name: "sasl_username", Doc: "The user, with sasl_plaintext and sasl_ssl."},
		{Name: "sasl_password", Secret: true, Doc: "The user's password, with sasl_plaintext and sasl_ssl."},
		{Name: "ssl_ca_location", Doc: "PEM file of the authorities that the brokers' certificates come from; the system's own if not given."},
		{Name: "ssl_certificate_location", Doc: "PEM file of the client's certificate, where brokers ask for one."},
		{Name: "ssl_key_location", Doc: "PEM file of the key of the client's certificate."},
	}
}

func sourceOptions() []engine.Option {
	return []engine.Option{
		{Name: "group_id", Doc: "The consumer group that mirrors the positions for lag tools; weir-<name of the source> if not given."},
		{Name: "auto_offset_reset", Default: "earliest", Allowed: []string{"earliest", "latest"},
			Doc: "Where to begin in a partition that has never been read."},
		{Name: "isolation_level", Default: "read_committed", Allowed: []string{"read_committed", "read_uncommitted"},
			Doc: "Whether to wait for open transactions and leave out aborted ones."},
	}
}

func sinkOptions() []engine.Option {
	return []engine.Option{
		{Name: "delivery", Default: exactlyOnce, Allowed: []string{exactlyOnce, atLeastOnce},
			Doc: "exactly_once: each commit is a transaction, which consumers with isolation.level = read_committed see once, also after a crash; takes the right to " +
				"transactional ids and groups that begin with weir-. at_least_once: after a crash the last commit may come twice, with the same weir-epoch header."},
		{Name: "key", Doc: "The columns that make the message key, separated by commas; a later message replaces the earlier one of its key."},
		{Name: "envelope", Allowed: []string{envelopeAppend, envelopeUpsert, envelopeDebezium},
			Doc: "What a message says: append, a row that came (for views that take none back); upsert, the row that its key has now, nothing if none (needs key); " +
				"debezium, the row before and after. If not given: with key as upsert, without key a row, with weir_weight if the view takes rows back."},
	}
}
