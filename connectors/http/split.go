package http

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	nethttp "net/http"
	"strings"
	"unicode/utf8"
)

// contentTypes are what bodies may be, and how they are cut into events.
var contentTypes = []struct {
	name  string
	split func(body []byte) ([][]byte, error)
}{
	{"application/json", values},
	{"application/x-ndjson", lines},
	{"application/ndjson", lines},
	{"application/jsonl", lines},
	{"application/cloudevents+json", structured},
	{"application/cloudevents-batch+json", batch},
	// What curl -d and fetch send if they are not told otherwise.
	{"application/x-www-form-urlencoded", values},
	{"text/plain", values},
	{"", values},
}

// split cuts a body into events, as its headers say. They may point into it. An error is a *refusal.
func split(h nethttp.Header, body []byte) ([][]byte, error) {
	if h.Get("Ce-Specversion") != "" {
		return binary(h, body)
	}
	given := h.Get("Content-Type")
	name, _, err := mime.ParseMediaType(given)
	if err != nil && given != "" {
		name = given
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &refusal{status: nethttp.StatusBadRequest, Code: "empty", Message: "the body is empty: send an event as JSON"}
	}
	var known []string
	for _, c := range contentTypes {
		if c.name == name {
			return c.split(body)
		}
		if strings.HasPrefix(c.name, "application/") {
			known = append(known, c.name)
		}
	}
	return nil, &refusal{status: nethttp.StatusUnsupportedMediaType, Code: "content_type",
		Message: fmt.Sprintf("Content-Type: %s is not known; allowed are %s", given, strings.Join(known, ", "))}
}

// lines are NDJSON: a value a line. Blank lines are none.
func lines(body []byte) ([][]byte, error) {
	events := make([][]byte, 0, bytes.Count(body, []byte("\n"))+1)
	number := 0
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var value json.RawMessage
		if !json.Valid(line) {
			_, what := place(line, 0, json.Unmarshal(line, &value))
			return nil, malformed(number, len(events)+1, what)
		}
		events = append(events, line)
	}
	return events, nil
}

// values are JSON values, one behind the other; arrays among them are rows of events.
func values(body []byte) ([][]byte, error) {
	var events [][]byte
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		var value json.RawMessage
		err := d.Decode(&value)
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return nil, malformedAt(body, d.InputOffset(), len(events)+1, err)
		}
		if value[0] != '[' {
			events = append(events, value)
			continue
		}
		var elements []json.RawMessage
		if err := json.Unmarshal(value, &elements); err != nil {
			return nil, malformedAt(body, d.InputOffset(), len(events)+1, err)
		}
		for _, e := range elements {
			events = append(events, e)
		}
	}
}

// malformedAt is the mistake that a JSON decoder has found. Before is where the value begins that it could not read.
func malformedAt(body []byte, before int64, event int, err error) error {
	line, what := place(body, before, err)
	return malformed(line, event, what)
}

// place says in which line and column of a text a mistake is, and what it is.
func place(text []byte, before int64, err error) (line int, what string) {
	at := before
	var syntax *json.SyntaxError
	what = err.Error()
	if errors.As(err, &syntax) {
		at = max(syntax.Offset-1, 0)
	}
	if end := int64(len(bytes.TrimSpace(text))); errors.Is(err, io.ErrUnexpectedEOF) || at >= end-1 && strings.Contains(what, "unexpected end") {
		at, what = end, "the JSON ends too early"
	}
	head := text[:min(at, int64(len(text)))]
	column := 1 + utf8.RuneCount(head[bytes.LastIndexByte(head, '\n')+1:])
	return 1 + bytes.Count(head, []byte("\n")), fmt.Sprintf("column %d: %s", column, what)
}

func malformed(line, event int, what string) error {
	return &refusal{status: nethttp.StatusBadRequest, Code: "malformed", Line: line, Event: event,
		Message: fmt.Sprintf("line %d, %s; nothing of this body was accepted", line, what)}
}
