package child

import (
	"testing"
	"time"
)

func TestOutcomeIsRead(t *testing.T) {
	var o Outcome
	err := o.read("level=INFO msg=x\nsource bid: 4000 records, 0 dead letters\nview v: 4000 rows in, 3 out, 0 late, ended\ncommits: 12, 1.25s in all, 3.1 % of the run\n")
	if err != nil || o.Records != 4000 || o.Commits != 12 || o.Committing != 1250*time.Millisecond {
		t.Errorf("read %+v, %v", o, err)
	}
	for _, said := range []string{"", "commits: 12, 1s in all, 3.1 % of the run\n", "source bid: 4000 records, 0 dead letters\n"} {
		if err := o.read(said); err == nil {
			t.Errorf("nothing is missing in %q", said)
		}
	}
}

func TestStatements(t *testing.T) {
	j := Job{Brokers: "h:1", Topic: "it's", Delay: 1500 * time.Millisecond, Views: []View{{"a", "SELECT price FROM bid"}}}
	want := `CREATE SOURCE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, date_time TIMESTAMP, extra VARCHAR,
    WATERMARK FOR date_time AS date_time - INTERVAL '1500 milliseconds'
) WITH (connector = 'kafka', brokers = 'h:1', topic = 'it''s', group_id = 'it''s', format = 'json');
CREATE MATERIALIZED VIEW a AS
SELECT price FROM bid;
`
	if got := j.statements(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
