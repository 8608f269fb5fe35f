package weir

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Problem is what Weir answers instead of a result. The user mends those below 500, for the most part in the statement.
type Problem struct {
	Status   int      // of HTTP
	Message  string   `json:"message"`
	Code     string   `json:"code"`     // a word for programs: parser, binder, unauthorized, …
	Position *int     `json:"position"` // characters of the statement from 0; nil if it is not known
	Names    []string `json:"names"`    // those that exist, where a name was not found
}

// Error implements error.
func (p *Problem) Error() string {
	text := p.Message
	if len(p.Names) > 0 {
		text += "; there are " + strings.Join(p.Names, ", ")
	}
	if p.Status == http.StatusServiceUnavailable {
		return "weir is not ready: " + text
	}
	return text
}

// longestProblem is how much of an answer is read that is no result.
const longestProblem = 1 << 16

// refused is the error of an answer that is not 200.
func (c *Client) refused(answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, longestProblem)) // what came of it is looked at below
	var body struct {
		Error *Problem `json:"error"`
	}
	isWeir := json.Unmarshal(text, &body) == nil && body.Error != nil && body.Error.Message != ""
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return &Failure{Kind: Unauthorized, Cause: fmt.Errorf("%s wants a token: %s", c.base, answer.Status), Advice: c.tokenAdvice()}
	case answer.StatusCode == http.StatusForbidden:
		return &Failure{Kind: Forbidden, Cause: fmt.Errorf("%s refuses this data source: %s", c.base, answer.Status),
			Advice: "the token, or a proxy before Weir, does not allow it: use another token, or allow Grafana's address there"}
	case isWeir:
		body.Error.Status = answer.StatusCode
		return body.Error
	case strings.Contains(string(text), "HTTP request to an HTTPS server"):
		return &Failure{Kind: TLS, Cause: fmt.Errorf("%s speaks TLS", c.base), Advice: "let the URL begin with https://"}
	case answer.StatusCode == http.StatusNotFound:
		return &Failure{Kind: NotWeir, Cause: fmt.Errorf("%s%s: %s", c.base, answer.Request.URL.Path, answer.Status),
			Advice: "the URL does not lead to a Weir, or to one that is older than this data source: check its path and port"}
	}
	return &Failure{Kind: NotWeir, Cause: fmt.Errorf("%s answered %s", c.base, answer.Status),
		Advice: "this does not come from Weir: look at the proxy between Grafana and Weir"}
}

func (c *Client) tokenAdvice() string {
	if c.token == "" {
		return "Weir runs with --token-file or WEIR_TOKEN: put its token into the data source"
	}
	return "the data source's token is not the one that Weir runs with (--token-file, WEIR_TOKEN): enter it anew"
}
