package latency

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// seen is a row that a change stream has brought.
type seen struct {
	at     time.Time // when its event had arrived
	weight int64
	values []json.RawMessage
}

// watch follows a view's changes and gives each row to take, until ctx is done. It calls ready once the stream has begun: what is
// committed from then on will come.
func watch(ctx context.Context, url, view string, ready func(), take func(seen) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/views/"+view+"/changes", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("follow view %s: %w", view, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1000)) // the status says enough
		return fmt.Errorf("follow view %s: %s: %s", view, response.Status, text)
	}
	err = follow(response.Body, ready, take)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("follow view %s: %w", view, err)
}

// follow reads server-sent events until an error: a line "event: …", a line "data: …", an empty line.
func follow(body io.Reader, ready func(), take func(seen) error) error {
	r := bufio.NewReaderSize(body, 1<<20)
	event := ""
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return err
		}
		at := time.Now()
		if kind, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			event = string(bytes.TrimSpace(kind))
		}
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		switch {
		case !ok:
		case event == "schema":
			ready()
		case event == "changes":
			if err := takeAll(data, at, take); err != nil {
				return err
			}
		default:
			return fmt.Errorf("unexpected event %s", event)
		}
	}
}

func takeAll(data []byte, at time.Time, take func(seen) error) error {
	var changes struct {
		Gap  bool                `json:"gap"`
		Rows [][]json.RawMessage `json:"rows"`
	}
	if err := json.Unmarshal(data, &changes); err != nil {
		return err
	}
	if changes.Gap {
		return errors.New("changes were missed: the client was too slow")
	}
	for _, row := range changes.Rows {
		s := seen{at: at, values: row[1:]}
		if err := json.Unmarshal(row[0], &s.weight); err != nil {
			return err
		}
		if err := take(s); err != nil {
			return err
		}
	}
	return nil
}
