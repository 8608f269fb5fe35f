package verify

import "testing"

// TestTables: a view of changes is compared over the table that it had seen, one that looks rows up over the table as it is.
func TestTables(t *testing.T) {
	p := newPipeline(t, `
		CREATE MATERIALIZED VIEW sums AS SELECT window_start, sum(v * rate) AS total FROM tumble(s, ts, INTERVAL '10 seconds') JOIN rates USING (k) GROUP BY ALL;
		CREATE MATERIALIZED VIEW joined AS SELECT id, v * rate AS total FROM s LEFT JOIN rates USING (k)`)
	p.text = "CREATE TABLE IF NOT EXISTS rates AS SELECT 'a' AS k, 2 AS rate;" + p.text
	p.append("x.ndjson", event(1, 1, "a", 3), event(2, 2, "b", 4), event(3, 15, "a", 5))
	p.run(0)
	for _, step := range []struct {
		change string
		equal  map[string]bool
	}{
		{"SELECT 1", map[string]bool{"sums": true, "joined": true}},
		{"INSERT INTO rates VALUES ('b', 7)", map[string]bool{"sums": false, "joined": true}},
	} {
		p.tamper(step.change)
		for name, o := range p.verify(Options{}) {
			if o.Equal() != step.equal[name] || o.Refused != "" {
				t.Errorf("%s: view %s: %+v", step.change, name, o)
			}
		}
	}
	p.run(0)
	if o := p.verify(Options{})["joined"]; !o.Equal() {
		t.Errorf("behind a run: %+v", o)
	}
}
