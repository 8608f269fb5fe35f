package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/process"
	"github.com/weirdb/weir/engine"
)

// patience is how long weir may take until it answers HTTP.
const patience = 60 * time.Second

// Live is a weir that runs until it is stopped.
type Live struct {
	URL     string // where it answers HTTP, without a slash at the end
	Started time.Time
	process *process.Process
}

// Live starts weir to go on, with the results in database, and waits until it reads its source. The caller stops it.
func (j *Job) Live(ctx context.Context, database string) (*Live, error) {
	started := time.Now()
	p, err := j.start(ctx, database, "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Live{Started: started, process: p}
	if l.URL, err = url(p); err == nil {
		err = l.ready(ctx)
	}
	if err != nil {
		l.Kill()
		return nil, err
	}
	return l, nil
}

// ready waits until the engine has its sources open.
func (l *Live) ready(ctx context.Context) error {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(end) || ctx.Err() != nil || l.process.Ended() {
			return l.process.Failed(errors.Join(errors.New("weir is not ready"), err))
		}
	}
}

var listening = regexp.MustCompile(`http://[0-9.]+:[0-9]+`)

// url waits until the process says where it answers HTTP.
func url(p *process.Process) (string, error) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if url := listening.FindString(p.Said()); url != "" {
			return url, nil
		}
		if p.Ended() {
			return "", p.Failed(errors.New("weir ended while starting"))
		}
	}
	return "", p.Failed(errors.New("weir does not answer HTTP"))
}

// Status is what the engine is doing now.
func (l *Live) Status(ctx context.Context) (status engine.Status, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+"/v1/status", nil)
	if err != nil {
		return status, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return status, fmt.Errorf("ask weir for its status: %w", err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil {
		return status, fmt.Errorf("read weir's status: %w", err)
	}
	return status, nil
}

// Records is how many records of the source weir has read so far.
func (l *Live) Records(ctx context.Context) (int64, error) {
	status, err := l.Status(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range status.Sources {
		if s.Name == Source {
			return s.Records, nil
		}
	}
	return 0, fmt.Errorf("weir has no source %s", Source)
}

// RecordsRead is how many records of the source weir says that it has read, once it has stopped.
func (l *Live) RecordsRead() (int64, error) {
	var o Outcome
	if err := o.read(l.Said()); err != nil {
		return 0, l.process.Failed(err)
	}
	return o.Records, nil
}

// Usage is what the process has used so far.
func (l *Live) Usage() (bench.Usage, error) { return l.process.Usage() }

// Said is what weir has written so far.
func (l *Live) Said() string { return l.process.Said() }

// Stop asks weir to commit and end, and returns what it has used.
func (l *Live) Stop() (bench.Usage, error) { return l.process.Stop() }

// Kill ends weir at once, if it has not ended.
func (l *Live) Kill() { l.process.Kill() }
