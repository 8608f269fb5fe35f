package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// session asks a broker again and again for what it leads, in one lane.
type session struct {
	fetcher    *fetcher
	lane       lane
	connection *connection // nil while there is none
}

// serve runs the session of a lane until ctx is done. wake tells that there may be something to ask for.
func (f *fetcher) serve(ctx context.Context, l lane, wake <-chan struct{}) {
	s := &session{fetcher: f, lane: l}
	defer s.hangUp()
	for turn := 0; ctx.Err() == nil; turn++ {
		asked := f.led(l, turn)
		if len(asked) == 0 {
			select {
			case <-wake:
			case <-ctx.Done():
			}
			continue
		}
		answers, err := s.ask(ctx, asked)
		if err != nil {
			s.hangUp()
			f.lost(ctx, l.broker, err)
			continue
		}
		if len(answers) == 0 {
			continue
		}
		select {
		case f.answers <- answers:
		case <-ctx.Done():
		}
	}
}

func (s *session) ask(ctx context.Context, asked []cursor) ([]answer, error) {
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	room := s.fetcher.rooms.take()
	response, bytes, err := s.connection.fetch(ctx, s.fetcher.request(asked, s.connection.trip), room.bytes)
	room.bytes = bytes
	if err != nil {
		return nil, err
	}
	answers := s.fetcher.read(asked, response, room)
	s.fetcher.recover(s.lane.broker, response)
	if room.users.Store(int32(len(answers))); len(answers) == 0 {
		s.fetcher.rooms.put(room)
	}
	if wait := response.ThrottleMillis; wait > 0 { // the broker's quota, which it leaves to clients to keep (KIP-219)
		select {
		case <-time.After(time.Duration(wait) * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return answers, nil
}

func (s *session) connect(ctx context.Context) (err error) {
	if s.connection != nil && s.connection.expired() {
		s.hangUp()
	}
	if s.connection == nil {
		s.connection, err = s.fetcher.dialer.dial(ctx, s.fetcher.address(s.lane.broker))
	}
	return err
}

func (s *session) hangUp() {
	if s.connection == nil {
		return
	}
	_ = s.connection.Close() // nothing was written that could be lost
	s.connection = nil
}

// address is a broker's host:port, as the brokers say it.
func (f *fetcher) address(broker int32) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.brokers[broker]
}

// lost notes that a broker did not answer: who leads its partitions has to be found out again.
func (f *fetcher) lost(ctx context.Context, broker int32, err error) {
	if ctx.Err() != nil {
		return
	}
	f.log.Log(kgo.LogLevelWarn, "a broker did not answer, trying again", "broker", broker, "err", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.cursors {
		if c.leader == broker {
			c.leader = noLeader
			if c.lost.IsZero() {
				c.lost = time.Now()
				f.outages.partitions++
			}
			f.changed(c)
		}
	}
}
