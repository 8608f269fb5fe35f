package weir

import (
	"context"
	"net/url"
	"time"
)

// View is a view and how it does.
type View struct {
	Name      string   `json:"view"`
	SQL       string   `json:"sql"`
	Emit      string   `json:"emit"` // close or changes
	Columns   []Column `json:"columns"`
	LateRows  int64    `json:"late_rows"` // since Weir's start
	Watermark *string  `json:"watermark"` // nil before the first event, "infinity" at the end of the input
	State     string   `json:"state"`
	Error     string   `json:"error"`
}

// Complete is the time up to which the view has seen everything, and false if it has none.
func (v *View) Complete() (time.Time, bool) {
	if v.Watermark == nil {
		return time.Time{}, false
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", *v.Watermark)
	return t, err == nil // "infinity" is no time
}

// Views are all views.
func (c *Client) Views(ctx context.Context) ([]View, error) {
	var body struct {
		Views []View `json:"views"`
	}
	err := c.getJSON(ctx, "/v1/views", &body)
	return body.Views, err
}

// View is one view. If there is none of that name, the *Problem has those that there are.
func (c *Client) View(ctx context.Context, name string) (*View, error) {
	v := &View{}
	if err := c.getJSON(ctx, "/v1/views/"+url.PathEscape(name), v); err != nil {
		return nil, err
	}
	return v, nil
}
