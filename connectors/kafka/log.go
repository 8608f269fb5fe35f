package kafka

import (
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// quiet is how long a message is not repeated: a broker that is down would fill the log otherwise.
const quiet = time.Minute

// clientLogger passes the client's warnings on, each message at most once in the quiet time.
type clientLogger struct {
	log  *slog.Logger
	mu   sync.Mutex
	last map[string]time.Time // by message; the client has a fixed set of them
}

func newClientLogger(log *slog.Logger) *clientLogger {
	return &clientLogger{log: log, last: map[string]time.Time{}}
}

// Level tells the client which messages are worth making.
func (l *clientLogger) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log passes one message on.
func (l *clientLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	if !l.due(msg, time.Now()) {
		return
	}
	if level == kgo.LogLevelError {
		l.log.Error("kafka client: "+msg, keyvals...)
		return
	}
	l.log.Warn("kafka client: "+msg, keyvals...)
}

func (l *clientLogger) due(msg string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.last[msg]) < quiet {
		return false
	}
	l.last[msg] = now
	return true
}
