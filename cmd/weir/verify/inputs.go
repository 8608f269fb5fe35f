package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// input is a source of which events are read again.
type input struct {
	*catalog.Source
	read []types.Field    // the columns that some view reads, in declared order, and the event time
	upTo map[string]int64 // by partition: the first position that no view has come to
	from map[string]int64 // by partition: the first position that some view has begun at
	dir  string           // of what the source keeps beside the database
	// counted are dead letters that some view has counted.
	counted map[place]bool
	// failed is why the events could not be read again; nil if they could.
	failed error
}

// inputsOf settles what is to be read again for all views. A view whose events cannot be read again is refused, with the reason.
func inputsOf(ctx context.Context, r *results, d *definitions) (inputs map[string]*input, refused map[string]string, err error) {
	inputs, refused = map[string]*input{}, map[string]string{}
	for _, v := range d.views {
		if why := unreadable(d, v); why != "" {
			refused[v.Name] = why
			continue
		}
		for _, scan := range plan.Scans(v.Plan) {
			if scan.Table {
				continue
			}
			source := d.Source(scan.Source)
			in := inputs[source.Name]
			if in == nil {
				in = &input{Source: source, upTo: map[string]int64{}, from: map[string]int64{}, dir: node.SourceDir(r.path, source.Name)}
				inputs[source.Name] = in
			}
			in.add(scan)
			if err := in.extend(ctx, r, v); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, in := range inputs {
		if err := in.findCounted(ctx, r, d.views); err != nil {
			return nil, nil, err
		}
	}
	return inputs, refused, nil
}

// unreadable is why a view's events cannot be read again; empty if they can.
func unreadable(d *definitions, v *catalog.View) string {
	for _, scan := range plan.Scans(v.Plan) {
		s := d.Source(scan.Source)
		switch {
		case scan.Table:
		case s == nil:
			return fmt.Sprintf("it reads %s, which is no source", scan.Source)
		case s.Options["start"] == generated.StartNow:
			return fmt.Sprintf("source %s has start = 'now': it makes other events each time", s.Name)
		case strings.EqualFold(s.Options["auto_offset_reset"], "latest"):
			return fmt.Sprintf("source %s has auto_offset_reset = 'latest': the position at which the view began is not known", s.Name)
		}
	}
	return ""
}

// add takes in the columns that a scan reads. Of a STRUCT that is the fields that are read: what stands in others was not decoded,
// and cannot be wrong.
func (in *input) add(scan *plan.Scan) {
	byName := map[string]types.Type{}
	for _, f := range in.read {
		byName[f.Name] = f.Type
	}
	var read []types.Field
	for i, c := range in.Columns {
		t, known := byName[c.Name]
		for _, f := range scan.Needs() {
			switch {
			case f.Name != c.Name:
			case known:
				t = types.Merge(c.Type, t, f.Type)
			default:
				t, known = f.Type, true
			}
		}
		if !known && i == in.EventTime {
			t, known = c.Type, true
		}
		if known {
			read = append(read, types.Field{Name: c.Name, Type: t})
		}
	}
	in.read = read
}

// extend takes in where a view has begun, and how far it has come.
func (in *input) extend(ctx context.Context, r *results, v *catalog.View) error {
	rows, err := r.conn.QueryContext(ctx, `SELECT "partition", next, first FROM weir_verify.positions WHERE query = $1 AND source = $2`, v.Name, in.Name)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var partition string
		var next, first int64
		if err := rows.Scan(&partition, &next, &first); err != nil {
			return fmt.Errorf("read positions: %w", err)
		}
		if known, ok := in.from[partition]; !ok || first < known {
			in.from[partition] = first
		}
		in.upTo[partition] = max(in.upTo[partition], next)
	}
	return rows.Err()
}
