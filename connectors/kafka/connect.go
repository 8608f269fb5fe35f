package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// connectTimeout bounds how long opening waits for a broker. Once a reader is open, outages are waited out.
const connectTimeout = 10 * time.Second

// connect makes sure that a broker answers. A refused connection is tried again until the time is up, because broker and
// Weir are often started together; a refused password is an error at once.
func connect(ctx context.Context, client *kgo.Client, o engine.Options, limit time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var last error
	for {
		err := client.Ping(bounded)
		if err == nil {
			return nil
		}
		if refused := refusal(err, o); refused != nil {
			return refused
		}
		if last == nil || bounded.Err() == nil {
			last = err // the first error after the deadline only says that the time is up
		}
		select {
		case <-bounded.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("kafka: no broker answered at %s within %s (are the address and security_protocol = '%s' right?): %w",
				strings.Join(addresses(o), ", "), limit, o["security_protocol"], last)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// patiently asks brokers again while what is wrong may pass, until ctx is done: those that have just started do not lead anything yet, and
// one that is about to end closes its connections.
func patiently[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for {
		answer, err := ask()
		if err == nil || final(err) {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// final reports whether brokers have said what waiting does not change. Whatever happens on the way to them may pass.
func final(err error) bool {
	said, ok := errors.AsType[*kerr.Error](err)
	return ok && (!said.Retriable || unknownTopic(err))
}

// refusal explains an error that waiting does not cure; nil if it may.
func refusal(err error, o engine.Options) error {
	where := strings.Join(addresses(o), ", ")
	var certificate *tls.CertificateVerificationError
	secured := usesSASL(o)
	switch {
	case errors.As(err, &certificate):
		return fmt.Errorf("kafka: %s shows a certificate that is not trusted; name its authority with ssl_ca_location: %w", where, err)
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return fmt.Errorf("kafka: %s refused sasl_username '%s' with its password: %w", where, o["sasl_username"], err)
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		return fmt.Errorf("kafka: %s does not offer sasl_mechanism = '%s': %w", where, o["sasl_mechanism"], err)
	case secured && errors.Is(err, io.EOF):
		return fmt.Errorf("kafka: %s closed the connection during authentication: are sasl_username '%s', its password and sasl_mechanism = '%s' right? %w",
			where, o["sasl_username"], o["sasl_mechanism"], err)
	}
	return nil
}

// describe returns the topic's partitions.
func describe(ctx context.Context, admin *kadm.Client, o engine.Options) (kadm.TopicDetail, error) {
	topic := o["topic"]
	topics, err := admin.ListTopicsWithInternal(ctx, topic)
	if err != nil {
		return kadm.TopicDetail{}, fmt.Errorf("kafka: describe topic %s: %w", topic, err)
	}
	detail := topics[topic]
	if unknownTopic(detail.Err) {
		first := addresses(o)[0]
		return detail, fmt.Errorf("kafka: there is no topic %s at %s; create it with: kafka-topics.sh --bootstrap-server %s --create --topic %s: %w",
			topic, o["brokers"], first, topic, detail.Err)
	}
	if detail.Err != nil {
		return detail, fmt.Errorf("kafka: describe topic %s: %w", topic, detail.Err)
	}
	return detail, nil
}

func unknownTopic(err error) bool {
	return errors.Is(err, kerr.UnknownTopicOrPartition) || errors.Is(err, kerr.UnknownTopicID)
}
