package httpout

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Pause is how long to leave a receiver alone that has failed: longer after each failure, up to a minute.
type Pause struct {
	backoff *backoff.ExponentialBackOff
	until   time.Time
}

// The pauses after one failure and after many. A receiver may ask for a longer one, up to the last.
const (
	firstPause  = time.Second
	maxPause    = time.Minute
	maxAskedFor = time.Hour
)

// NewPause makes one of a receiver that has not failed.
func NewPause() *Pause {
	p := &Pause{backoff: backoff.NewExponentialBackOff()}
	p.backoff.InitialInterval, p.backoff.MaxInterval = firstPause, maxPause
	return p
}

// Wait returns when the receiver may be tried again.
func (p *Pause) Wait(ctx context.Context) error {
	left := time.Until(p.until)
	if left <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(left):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Failed notes a failure, after which the receiver has asked for a pause of its own; 0 if it has not.
func (p *Pause) Failed(asked time.Duration) {
	p.until = time.Now().Add(max(p.backoff.NextBackOff(), min(asked, maxAskedFor)))
}

// Well notes that the receiver has taken something.
func (p *Pause) Well() {
	p.backoff.Reset()
	p.until = time.Time{}
}
