package http

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	nethttp "net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A CloudEvent (https://github.com/cloudevents/spec, version 1.0) becomes one flat event, so that a source has the same columns
// whether its events come wrapped or not:
//
//	{"specversion": "1.0", "id": "7", "source": "/attic", "type": "reading", "data": {"sensor": "attic", "value": 11}}
//	{"ce_id": "7", "ce_source": "/attic", "ce_specversion": "1.0", "ce_type": "reading", "sensor": "attic", "value": 11}
//
// Data that is no object is the column data.

// prefix is before the names of context attributes.
const prefix = "ce_"

// The attributes with a meaning here.
const (
	dataAttribute        = "data"
	dataBase64Attribute  = "data_base64"
	specversionAttribute = "specversion"
	contentTypeAttribute = "datacontenttype"
)

// required are the attributes that each CloudEvent has.
var required = []string{"id", "source", specversionAttribute, "type"}

// cloudEvent is one in its structured form: attributes and data as JSON.
type cloudEvent map[string]json.RawMessage

// structured is one CloudEvent as a JSON object.
func structured(body []byte) ([][]byte, error) {
	all, err := values(body)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, badEvent(0, fmt.Sprintf("the body has %d JSON values, application/cloudevents+json is one; several are an array, with "+
			"application/cloudevents-batch+json", len(all)))
	}
	return flatten(all)
}

// batch is an array of CloudEvents.
func batch(body []byte) ([][]byte, error) {
	all, err := values(body)
	if err != nil {
		return nil, err
	}
	return flatten(all)
}

func flatten(all [][]byte) ([][]byte, error) {
	events := make([][]byte, len(all))
	for i, text := range all {
		var e cloudEvent
		if err := json.Unmarshal(text, &e); err != nil || e == nil {
			return nil, badEvent(i+1, "it is no JSON object")
		}
		var err error
		if events[i], err = e.flat(i + 1); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func badEvent(number int, what string) error {
	where := ""
	if number > 0 {
		where = fmt.Sprintf("event %d: ", number)
	}
	return &refusal{status: nethttp.StatusBadRequest, Code: "cloudevent", Event: number, Message: where + what + "; nothing of this body was accepted"}
}

// check wants the attributes that each CloudEvent has.
func (e cloudEvent) check(number int) error {
	for _, name := range required {
		var text string
		if value, ok := e[name]; !ok || json.Unmarshal(value, &text) != nil || text == "" {
			return badEvent(number, fmt.Sprintf("the CloudEvent has no attribute %s, or it is no text", name))
		}
		if name == specversionAttribute && text != "1.0" {
			return badEvent(number, fmt.Sprintf("the CloudEvent has specversion %q; 1.0 is known", text))
		}
	}
	return nil
}

// flat is the event that a source decodes.
func (e cloudEvent) flat(number int) ([]byte, error) {
	if err := e.check(number); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if name != dataAttribute && name != dataBase64Attribute {
			out = appendField(out, prefix+name, e[name])
		}
	}
	if text, ok := e[dataBase64Attribute]; ok {
		out = appendField(out, dataBase64Attribute, text)
	}
	data := e[dataAttribute]
	switch {
	case len(data) == 0:
	case data[0] != '{':
		out = appendField(out, dataAttribute, data)
	default:
		if fields := strings.TrimSpace(string(data[1 : len(data)-1])); fields != "" {
			out = append(append(out, ','), fields...)
		}
	}
	return append(out, '}'), nil
}

func appendField(to []byte, name string, value json.RawMessage) []byte {
	if len(to) > 1 {
		to = append(to, ',')
	}
	to = append(append(to, quote(name)...), ':')
	return append(to, value...)
}

func quote(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text is always JSON
	}
	return out
}

// binary is a CloudEvent whose attributes are headers: the body is its data.
func binary(h nethttp.Header, body []byte) ([][]byte, error) {
	e := cloudEvent{}
	for name := range h {
		attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce-")
		if !ok {
			continue
		}
		text, err := url.PathUnescape(h.Get(name))
		if err != nil {
			return nil, badEvent(0, fmt.Sprintf("header %s: %s", name, err))
		}
		e[attribute] = quote(text)
	}
	content := h.Get("Content-Type")
	if content != "" {
		e[contentTypeAttribute] = quote(content)
	}
	if err := e.setData(content, body); err != nil {
		return nil, err
	}
	event, err := e.flat(0)
	return [][]byte{event}, err
}

// setData takes a body as JSON, if it says that it is, as text, or as bytes.
func (e cloudEvent) setData(content string, body []byte) error {
	name, _, _ := mime.ParseMediaType(content)
	switch {
	case len(body) == 0:
	case name == "" || name == "application/json" || strings.HasSuffix(name, "+json"):
		var value json.RawMessage
		if err := json.Unmarshal(body, &value); err != nil {
			return malformedAt(body, 0, 1, err)
		}
		e[dataAttribute] = bytes.TrimSpace(value)
	case utf8.Valid(body):
		e[dataAttribute] = quote(string(body))
	default:
		e[dataBase64Attribute] = quote(base64.StdEncoding.EncodeToString(body))
	}
	return nil
}
