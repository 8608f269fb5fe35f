package node

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/planner"
)

// What is known of a partition, and what is not, is told apart.
func TestPartitionsOf(t *testing.T) {
	held := map[string]engine.Extent{"a": {Begin: 2, End: 10, Size: 8, Unit: "records"}, "b": {End: -1, Size: 90, Unit: "records"}}
	for _, c := range []struct {
		name string
		from map[string]int64
		m    measured
		want []preview.Partition
		size int64
		unit string
	}{
		{name: "new", m: measured{extents: held}, size: 98, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 2, End: 10, Size: 8}, {Partition: "b", From: 0, End: -1, Size: 90}}},
		{name: "goes on", from: map[string]int64{"a": 7}, m: measured{extents: held}, size: 93, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 7, End: 10, Size: 3}, {Partition: "b", From: 0, End: -1, Size: 90}}},
		{name: "goes on where only reading tells", from: map[string]int64{"a": 10, "b": 4}, m: measured{extents: held}, size: -1, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 10, End: 10, Size: 0}, {Partition: "b", From: 4, End: -1, Size: -1}}},
		{name: "before what is kept", from: map[string]int64{"a": 0, "b": 0}, m: measured{extents: held}, size: 100, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 0, End: 10, Size: 10}, {Partition: "b", From: 0, End: -1, Size: 90}}},
		{name: "behind the end", from: map[string]int64{"a": 11, "b": 0}, m: measured{extents: held}, size: 90, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 11, End: 10, Size: 0, Note: "ends at 10, before that: it is another one now, or has lost data"}, {Partition: "b", From: 0, End: -1, Size: 90}}},
		{name: "gone", from: map[string]int64{"a": 10, "b": 0, "c": 5}, m: measured{extents: held}, size: 90, unit: "records", want: []preview.Partition{
			{Partition: "a", From: 10, End: 10}, {Partition: "b", From: 0, End: -1, Size: 90}, {Partition: "c", From: 5, End: -1, Size: 0, Note: "is not there any more"}}},
		{name: "not measured", from: map[string]int64{"a": 10}, m: measured{err: errors.New("down")}, size: -1, want: []preview.Partition{{Partition: "a", From: 10, End: -1, Size: -1}}},
	} {
		got := partitionsOf(c.from, &c.m)
		size, unit := sizeOf(got, &c.m)
		if diff := cmp.Diff(c.want, got); diff != "" || size != c.size || unit != c.unit {
			t.Errorf("%s: %d %s %s", c.name, size, unit, diff)
		}
	}
}

// A view that begins in a source of which others have read joins them where the connector says so: not at the end, and not at the beginning.
func TestBeginsWithOthers(t *testing.T) {
	s := &catalog.Source{Source: &planner.Source{Name: "s"}}
	p := &previewed{node: &Node{}, checkpoint: engine.Checkpoint{Positions: []engine.Position{
		{Query: "", Source: "s", Partition: "0", Next: 3}, {Query: "a", Source: "s", Partition: "0", Next: 7}, {Query: "b", Source: "s", Partition: "0", Next: 5},
		{Query: "b", Source: "t", Partition: "0", Next: 1}, {Query: "c (backfill)", Source: aside("s", "c"), Partition: "0", Next: 2},
	}}}
	joins := &measured{extents: map[string]engine.Extent{"0": {Begin: 9, End: 9, Joins: true}}}
	for _, c := range []struct {
		view, replaces string
		m              *measured
		want           map[string]int64
	}{
		{"a", "", joins, map[string]int64{"0": 7}},
		{"new", "", joins, map[string]int64{"0": 5}},
		{"new", "", &measured{extents: map[string]engine.Extent{"0": {End: 9}}}, map[string]int64{}},
		{"c (backfill)", "c", joins, map[string]int64{"0": 2}},
		{"d (backfill)", "d", joins, map[string]int64{}},
	} {
		got, err := p.begins(t.Context(), &catalog.View{Name: c.view, Replaces: c.replaces}, s, c.m)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", c.view, err, diff)
		}
	}
}
