package kafka

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/weirdb/weir/engine"
)

// dialer makes connections for fetches. All other requests go through the client library, which reads each response into memory
// of its own: of what it took to read a topic of small records, clearing and first touching that memory was a third.
type dialer struct {
	clientID  string
	tls       *tls.Config    // nil without
	mechanism sasl.Mechanism // nil without
}

func newDialer(o engine.Options) (dialer, error) {
	d := dialer{clientID: o["client_id"]}
	var err error
	if usesTLS(o) {
		if d.tls, err = tlsConfig(o); err != nil {
			return d, err
		}
	}
	if usesSASL(o) {
		d.mechanism, err = saslMechanism(o)
	}
	return d, err
}

// connection is a connection to one broker, in use by one goroutine.
//
//	dial ─► ApiVersions ─► SaslHandshake, SaslAuthenticate … ─► Fetch, Fetch, …
type connection struct {
	net.Conn
	formatter   *kmsg.RequestFormatter
	versions    map[int16]int16 // by request: the highest version that the broker knows
	correlation int32
	expires     time.Time // when the broker wants to see the password again; zero if it does not
	request     []byte
	trip        time.Duration // the shortest that an answer has taken to begin; 0 before the first
}

// answerTime is how long a broker may take for an answer, beyond what it is asked to wait.
const answerTime = 10 * time.Second

// largestResponse bounds what the length before a response is believed: brokers send one batch whole, however large it is.
const largestResponse = 1 << 30

func (d dialer) dial(ctx context.Context, address string) (c *connection, err error) {
	bounded, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var conn net.Conn
	if d.tls != nil {
		conn, err = (&tls.Dialer{Config: d.tls}).DialContext(bounded, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(bounded, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	c = &connection{Conn: conn, formatter: kmsg.NewRequestFormatter(kmsg.FormatterClientID(d.clientID)), versions: map[int16]int16{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}()
	if err = c.askVersions(ctx); err != nil {
		return nil, fmt.Errorf("ask for the versions of requests: %w", err)
	}
	if d.mechanism != nil {
		if err = c.authenticate(ctx, d.mechanism, address); err != nil {
			return nil, fmt.Errorf("authenticate: %w", err)
		}
	}
	return c, nil
}

func (c *connection) askVersions(ctx context.Context) error {
	request := kmsg.NewPtrApiVersionsRequest()
	response := request.ResponseKind().(*kmsg.ApiVersionsResponse)
	if err := c.exchange(ctx, request, response); err != nil {
		return err
	}
	for _, k := range response.ApiKeys {
		c.versions[k.ApiKey] = k.MaxVersion
	}
	return kerr.ErrorForCode(response.ErrorCode)
}

// authenticate has a password checked as KIP-152 describes it.
func (c *connection) authenticate(ctx context.Context, mechanism sasl.Mechanism, address string) error {
	handshake := kmsg.NewPtrSASLHandshakeRequest()
	handshake.Mechanism, handshake.Version = mechanism.Name(), 1
	agreed := handshake.ResponseKind().(*kmsg.SASLHandshakeResponse)
	if err := c.exchange(ctx, handshake, agreed); err != nil {
		return err
	}
	if err := kerr.ErrorForCode(agreed.ErrorCode); err != nil {
		return err
	}
	session, message, err := mechanism.Authenticate(ctx, address)
	for done := false; err == nil && (!done || len(message) > 0); {
		var challenge []byte
		if challenge, err = c.challenge(ctx, message); err != nil {
			return err
		}
		message = nil
		if !done {
			done, message, err = session.Challenge(challenge)
		}
	}
	return err
}

// challenge sends one message of the mechanism's and returns the broker's.
func (c *connection) challenge(ctx context.Context, message []byte) ([]byte, error) {
	request := kmsg.NewPtrSASLAuthenticateRequest()
	request.SASLAuthBytes, request.Version = message, min(c.versions[request.Key()], request.MaxVersion())
	response := request.ResponseKind().(*kmsg.SASLAuthenticateResponse)
	if err := c.exchange(ctx, request, response); err != nil {
		return nil, err
	}
	if response.SessionLifetimeMillis > 0 { // nine tenths, not to be late
		c.expires = time.Now().Add(time.Duration(response.SessionLifetimeMillis) * time.Millisecond / 10 * 9)
	}
	if err := kerr.ErrorForCode(response.ErrorCode); err != nil && response.ErrorMessage != nil {
		return nil, fmt.Errorf("%w: %s", err, *response.ErrorMessage)
	} else if err != nil {
		return nil, err
	}
	return response.SASLAuthBytes, nil
}

// expired reports whether the connection should be made anew, because the broker will soon close it (KIP-368).
func (c *connection) expired() bool { return !c.expires.IsZero() && time.Now().After(c.expires) }

// fetch asks for records. The response's batches lie in the memory of room, which is grown as needed and returned.
func (c *connection) fetch(ctx context.Context, request *kmsg.FetchRequest, room []byte) (*kmsg.FetchResponse, []byte, error) {
	request.Version = min(c.versions[request.Key()], request.MaxVersion())
	if request.Topics[0].TopicID == [16]byte{} {
		request.Version = min(request.Version, lastFetchByName)
	}
	response := request.ResponseKind().(*kmsg.FetchResponse)
	room, err := c.converse(ctx, request, response, room)
	if err == nil {
		err = kerr.ErrorForCode(response.ErrorCode)
	}
	return response, room, err
}

// lastFetchByName is the last version of Fetch that calls a topic by its name; later ones call it by its id.
const lastFetchByName = 12

// exchange sends a small request and reads its response.
func (c *connection) exchange(ctx context.Context, request kmsg.Request, response kmsg.Response) error {
	_, err := c.converse(ctx, request, response, nil)
	return err
}

func (c *connection) converse(ctx context.Context, request kmsg.Request, response kmsg.Response, room []byte) ([]byte, error) {
	response.SetVersion(request.GetVersion())
	if err := c.SetDeadline(time.Now().Add(fetchWait + answerTime)); err != nil {
		return room, err
	}
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(0, 0)) })() // reading then fails at once
	c.correlation++
	c.request = c.formatter.AppendRequest(c.request[:0], request, c.correlation)
	if _, err := c.Write(c.request); err != nil {
		return room, err
	}
	sent := time.Now()
	size, err := c.answered()
	if err != nil {
		return room, err
	}
	c.travelled(time.Since(sent))
	if room, err = c.receive(size, room); err != nil {
		return room, err
	}
	body, err := c.body(room, response)
	if err != nil {
		return room, err
	}
	if err := response.(interface{ UnsafeReadFrom([]byte) error }).UnsafeReadFrom(body); err != nil {
		return room, fmt.Errorf("response to %s: %w", kmsg.NameForKey(request.Key()), err)
	}
	return room, nil
}

// travelled notes how long an answer took to begin. Some take longer because the broker waits for records, or is busy: the shortest
// tells how far away it is.
func (c *connection) travelled(took time.Duration) {
	if c.trip == 0 || took < c.trip {
		c.trip = took
	}
}

// answered waits for the length of the next message.
func (c *connection) answered() (size int, err error) {
	var head [4]byte
	if _, err := io.ReadFull(c.Conn, head[:]); err != nil {
		return 0, err
	}
	size = int(binary.BigEndian.Uint32(head[:]))
	if size > largestResponse {
		return 0, fmt.Errorf("a response of %d bytes: this is not a Kafka broker, or one that wants TLS", size)
	}
	return size, nil
}

// receive reads a message of a size.
func (c *connection) receive(size int, room []byte) ([]byte, error) {
	if cap(room) < size {
		room = make([]byte, size)
	}
	room = room[:size]
	_, err := io.ReadFull(c.Conn, room)
	return room, err
}

var errOtherAnswer = errors.New("the broker answered another request")

// body cuts a response's head off: the correlation id, and in flexible versions tags. ApiVersions has none, so that any client
// can read it.
func (c *connection) body(message []byte, response kmsg.Response) ([]byte, error) {
	if len(message) < 4 || int32(binary.BigEndian.Uint32(message)) != c.correlation {
		return nil, errOtherAnswer
	}
	message = message[4:]
	if !response.IsFlexible() || response.Key() == kmsg.ApiVersions.Int16() {
		return message, nil
	}
	tags, n := binary.Uvarint(message)
	if n <= 0 {
		return nil, io.ErrUnexpectedEOF
	}
	message = message[n:]
	for range tags {
		_, k := binary.Uvarint(message)
		if k <= 0 {
			return nil, io.ErrUnexpectedEOF
		}
		size, n := binary.Uvarint(message[k:])
		if n <= 0 || size > uint64(len(message)-k-n) {
			return nil, io.ErrUnexpectedEOF
		}
		message = message[k+n+int(size):]
	}
	return message, nil
}
