package kafka

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// mirrorTimeout bounds one commit to the group, so that a slow broker does not hold up closing.
const mirrorTimeout = 3 * time.Second

// mirror commits positions to the consumer group, where lag tools look. Weir itself never reads them back. It is best
// effort: what cannot be sent is superseded by the next commit, and errors are logged at most once a minute.
type mirror struct {
	admin   *kadm.Client
	topic   string
	group   string
	log     *clientLogger
	mu      sync.Mutex
	waiting map[string]int64 // by partition; positions not yet sent
	wake    chan struct{}
}

func newMirror(admin *kadm.Client, s *source) *mirror {
	return &mirror{admin: admin, topic: s.options["topic"], group: s.group(), log: newClientLogger(s.log),
		waiting: map[string]int64{}, wake: make(chan struct{}, 1)}
}

func (m *mirror) offer(positions map[string]int64) {
	m.mu.Lock()
	maps.Copy(m.waiting, positions)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// run sends what is offered until ctx is done, and then once more what is left.
func (m *mirror) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			m.send()
			return
		case <-m.wake:
			m.send()
		}
	}
}

func (m *mirror) send() {
	offsets := m.collect()
	if len(offsets) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), mirrorTimeout)
	defer cancel()
	if err := m.admin.CommitAllOffsets(ctx, m.group, offsets); err != nil {
		m.log.Log(kgo.LogLevelWarn, "committing to the consumer group failed; lag tools show old positions", "group", m.group, "err", err)
	}
}

func (m *mirror) collect() kadm.Offsets {
	m.mu.Lock()
	defer m.mu.Unlock()
	offsets := kadm.Offsets{}
	for name, next := range m.waiting {
		if number, err := strconv.ParseInt(name, 10, 32); err == nil {
			offsets.AddOffset(m.topic, int32(number), next, -1)
		}
	}
	clear(m.waiting)
	return offsets
}
