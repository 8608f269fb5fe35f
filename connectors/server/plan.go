package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/weirdb/weir/engine/preview"
)

// servePlan says what texts of statements would change: SQL text, or several texts with names as {"scripts": [{"name", "text"}, …]}.
func (a *api) servePlan(w http.ResponseWriter, r *http.Request) {
	scripts, bad := a.scriptsOf(w, r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	answer, err := a.backend.Preview(r.Context(), scripts)
	if err != nil {
		writeProblem(w, problemOf(causeOf(r.Context(), err), ""))
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (a *api) scriptsOf(w http.ResponseWriter, r *http.Request) ([]preview.Script, *problem) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &problem{status: http.StatusRequestEntityTooLarge, Code: "body", Message: fmt.Sprintf("the text is longer than %d bytes", tooLarge.Limit)}
	}
	request := struct {
		Scripts []preview.Script `json:"scripts"`
	}{[]preview.Script{{Name: "text", Text: string(body)}}}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media == "application/json" {
		request.Scripts = nil
		err = json.Unmarshal(body, &request)
	}
	if err != nil || !utf8.Valid(body) {
		return nil, &problem{status: http.StatusBadRequest, Code: "body",
			Message: fmt.Sprintf(`the body must be SQL text in UTF-8, or {"scripts": [{"name": "…", "text": "…"}]} as application/json: %v`, err)}
	}
	if len(request.Scripts) == 0 || len(request.Scripts) == 1 && strings.TrimSpace(request.Scripts[0].Text) == "" {
		return nil, &problem{status: http.StatusBadRequest, Code: "body", Message: "the text is empty"}
	}
	return request.Scripts, nil
}
