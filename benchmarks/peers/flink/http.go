package flink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

func get(ctx context.Context, url string, into any) error {
	return send(ctx, http.MethodGet, url, nil, into)
}

func post(ctx context.Context, url string, body, into any) error {
	return send(ctx, http.MethodPost, url, body, into)
}

// send makes a request with a JSON body, unless that is nil, and reads a JSON answer, unless into is nil.
func send(ctx context.Context, method, url string, body, into any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s: %s", response.Status, complaint(text))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// complaint is the essence of an error's answer: {"errors": [what, a stack of causes]}.
func complaint(text []byte) string {
	var answer struct{ Errors []string }
	if json.Unmarshal(text, &answer) != nil || len(answer.Errors) == 0 {
		return string(text[:min(len(text), 1000)])
	}
	var causes []string
	for line := range strings.Lines(strings.Join(answer.Errors, "\n")) {
		if !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "<") && strings.TrimSpace(line) != "" {
			causes = append(causes, strings.TrimSpace(line))
		}
	}
	return strings.Join(causes, "; ")
}
