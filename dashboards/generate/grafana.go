package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Grafana is one that dashboards are sent to.
type Grafana struct {
	URL    string
	Token  string // of a service account; empty for none
	Folder string // the UID of the folder for new dashboards; empty for the general one
}

// message is what versions of dashboards say that were sent from here.
const message = "weir dashboard"

// patience is how long Grafana may take to answer.
const patience = 30 * time.Second

// Send creates or replaces a dashboard. One of this UID that was not generated, or that somebody has saved since, is left as it is, which is
// an error, unless overwrite says otherwise.
func (g *Grafana) Send(ctx context.Context, uid string, dashboard []byte, overwrite bool) (path string, done Saved, err error) {
	there, err := g.look(ctx, uid)
	if err != nil {
		return "", "", err
	}
	switch {
	case there == nil:
		done = Created
	case !overwrite && !there.ours:
		return "", "", fmt.Errorf("%s has a dashboard %s (%q) that was not made by weir dashboard: it stays as it is; --overwrite replaces it", g.URL, uid, there.title)
	case !overwrite && there.edited:
		return "", "", fmt.Errorf("dashboard %s (%q) was saved in Grafana since weir dashboard made it: it stays as it is; --overwrite replaces it", uid, there.title)
	default:
		done = Replaced
	}
	request := map[string]any{"dashboard": json.RawMessage(dashboard), "overwrite": there != nil, "message": message}
	if folder := g.folder(there); folder != "" {
		request["folderUid"] = folder
	}
	var answer struct {
		URL string `json:"url"`
	}
	found, err := g.ask(ctx, http.MethodPost, "/api/dashboards/db", request, &answer)
	if err == nil && !found {
		err = fmt.Errorf("%s has no folder %s, or is no Grafana", g.URL, g.Folder)
	}
	if err != nil {
		return "", "", err
	}
	return strings.TrimRight(g.URL, "/") + answer.URL, done, nil
}

// folder is where a dashboard goes: one that is there stays where it is.
func (g *Grafana) folder(there *present) string {
	if there != nil {
		return there.folder
	}
	return g.Folder
}

// present is a dashboard that Grafana has.
type present struct {
	title, folder string
	ours, edited  bool
}

// look asks for a dashboard; nil if there is none.
func (g *Grafana) look(ctx context.Context, uid string) (*present, error) {
	var answer struct {
		Dashboard struct {
			Title string   `json:"title"`
			Tags  []string `json:"tags"`
		} `json:"dashboard"`
		Meta struct {
			FolderUID string `json:"folderUid"`
		} `json:"meta"`
	}
	at := "/api/dashboards/uid/" + url.PathEscape(uid)
	found, err := g.ask(ctx, http.MethodGet, at, nil, &answer)
	if err != nil || !found {
		return nil, err
	}
	p := &present{title: answer.Dashboard.Title, folder: answer.Meta.FolderUID, ours: slices.Contains(answer.Dashboard.Tags, Tag)}
	var versions json.RawMessage
	if _, err := g.ask(ctx, http.MethodGet, at+"/versions?limit=1", nil, &versions); err != nil {
		return nil, err
	}
	p.edited = !sentFromHere(versions)
	return p, nil
}

// sentFromHere reports whether the newest version was, of those that stand in a list or, in newer Grafanas, in one within an object. Of the
// first version Grafana does not keep the message.
func sentFromHere(answer json.RawMessage) bool {
	type version struct {
		Version int    `json:"version"`
		Message string `json:"message"`
	}
	var list []version
	if json.Unmarshal(answer, &list) != nil {
		var within struct {
			Versions []version `json:"versions"`
		}
		if json.Unmarshal(answer, &within) != nil {
			return false
		}
		list = within.Versions
	}
	return len(list) > 0 && (list[0].Version == 1 || list[0].Message == message)
}

// ask sends a request; found is false where there is no such thing.
func (g *Grafana) ask(ctx context.Context, method, path string, question, answer any) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body io.Reader
	if question != nil {
		text, err := json.Marshal(question)
		if err != nil {
			return false, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(g.URL, "/")+path, body)
	if err != nil {
		return false, fmt.Errorf("--grafana: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if g.Token != "" {
		request.Header.Set("Authorization", "Bearer "+g.Token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, fmt.Errorf("grafana: %w", err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return false, nil
	default:
		return false, refusal(response, g.Token)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return false, fmt.Errorf("grafana: read the answer of %s %s: %w", method, path, err)
	}
	return true, nil
}

// refusal is why Grafana did not do what was asked.
func refusal(response *http.Response, token string) error {
	var said struct {
		Message string `json:"message"`
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16)) // what cannot be read leaves the status
	_ = json.Unmarshal(text, &said)
	err := fmt.Errorf("grafana answered %s: %s", response.Status, said.Message)
	if response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden {
		if token == "" {
			return fmt.Errorf("%w; it wants a token of a service account that may write dashboards: GRAFANA_TOKEN, or --grafana-token-file", err)
		}
		return fmt.Errorf("%w; the token's service account must be allowed to read and write dashboards", err)
	}
	return err
}
