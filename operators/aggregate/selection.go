package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// selection are rows of the batch in hand, with the group of each.
type selection struct{ groups, rows []uint32 }

func (s *selection) begin() { s.groups, s.rows = s.groups[:0], s.rows[:0] }

func (s *selection) add(group, row uint32) {
	s.groups, s.rows = append(s.groups, group), append(s.rows, row)
}

// whereNotNull leaves the rows where a column is not NULL. What it returns is valid until the next call.
func (s *selection) whereNotNull(a arrow.Array, groups, rows []uint32) (_, _ []uint32) {
	valid := keys.ValidityOf(a)
	if !valid.Any() {
		return groups, rows
	}
	s.begin()
	for i, r := range rows {
		if !valid.Null(r) {
			s.add(groups[i], r)
		}
	}
	return s.groups, s.rows
}
