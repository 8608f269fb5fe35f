package live

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// between gives the rows of the commits after one epoch up to and with another.
func (h *Hub) between(ctx context.Context, t *tail, after, to int64) ([]row, error) {
	if after >= to {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	changes, err := h.client.Changes(ctx, t.path.View, after)
	if err != nil {
		return nil, err
	}
	defer changes.Close()
	var out []row
	for {
		c, err := changes.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the changes of %s have ended", t.path.View)
		}
		if err != nil || c.Gap {
			return nil, fmt.Errorf("reading the changes of %s after epoch %d: %w", t.path.View, after, err)
		}
		for _, r := range c.Rows {
			if c.Epoch <= to && r.Weight > 0 && t.filter.keeps(r.Values) {
				out = append(out, t.project(r.Values))
			}
		}
		if c.Epoch >= to {
			return out, nil
		}
	}
}
