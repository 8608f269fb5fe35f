package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// ask posts a question to a running Weir as JSON, and reads its answer. An error of the server's is shown as it says it.
func ask(ctx context.Context, from *remote, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	request, err := from.request(ctx, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := from.do(request)
	if err != nil {
		return fmt.Errorf("%w; is a `weir run` listening there? A file is opened with --db", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return problem(response, "")
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}
