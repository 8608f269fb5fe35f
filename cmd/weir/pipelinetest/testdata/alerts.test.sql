-- An alert over windows that close: rows only come, and an instance resolves when none has come for resolve_after.
CREATE SOURCE logs (service VARCHAR, level VARCHAR, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'memory');

CREATE ALERT errors WITH (for = '1 minute', resolve_after = '2 minutes', severity = 'critical', labels = 'team=shop',
    summary = '{{.errors}} errors of {{.service}}', to = 'slack', url = 'http://127.0.0.1/hook') AS
SELECT service, count(*) AS errors, window_end FROM tumble(logs, ts, INTERVAL '1 minute') WHERE level = 'error' GROUP BY ALL HAVING count(*) > 1;

-- What has resolved is forgotten in time, what is active is not.
CREATE ALERT short WITH (resolve_after = '1 minute', retention = '10 minutes') AS SELECT service, count(*) AS n, window_end FROM tumble(logs, ts, INTERVAL '1 minute') GROUP BY ALL;

-- An alert over rows that are kept current: an instance is there as long as its row is.
CREATE ALERT busy WITH (for = '30 seconds', keep_firing_for = '1 minute', summary = '{{.n}}', emit = 'changes', state_ttl = '2 minutes') AS
SELECT service, count(*) AS n FROM logs GROUP BY service HAVING count(*) > 3;

INSERT INTO logs SELECT 'cart', 'error', TIMESTAMP '2026-01-01 00:00:10' + to_seconds(i * 20) FROM range(9) t(i);
INSERT INTO logs VALUES ('pay', 'error', '2026-01-01 00:02:50'), ('pay', 'error', '2026-01-01 00:02:51');
EXPECT ALERT errors ROWS -- the watermark is at 00:02:46
    ('service=cart', 'pending', '2026-01-01 00:01:00', '2026-01-01 00:01:00', '3 errors of cart', 'critical', 0, '', 'cart', 3),
    ('service=cart', 'firing', '2026-01-01 00:02:00', '2026-01-01 00:01:00', '3 errors of cart', 'critical', 0, '', 'cart', 3);
EXPECT ALERT busy ROWS ('service=cart', 'pending', '2026-01-01 00:02:46');

ADVANCE WATERMARK TO '2026-01-01 00:03:00';
EXPECT ALERT errors ROWS ('service=cart', 'pending', '2026-01-01 00:01:00', '2026-01-01 00:01:00', '3 errors of cart'),
    ('service=cart', 'firing', '2026-01-01 00:02:00', '2026-01-01 00:01:00', '3 errors of cart'),
    ('service=pay', 'pending', '2026-01-01 00:03:00', '2026-01-01 00:03:00', '2 errors of pay');
EXPECT SELECT alert, instance, state, "row" ->> 'errors' FROM weir.alerts WHERE active AND alert = 'errors' ROWS ('errors', 'service=cart', 'firing', '3'), ('errors', 'service=pay', 'pending', '2');

-- The clock of events goes on; nothing comes any more.
ADVANCE WATERMARK TO '2026-01-01 00:05:30';
EXPECT SELECT instance, state, "at" FROM errors WHERE state IN ('resolved', 'inactive') ORDER BY instance
ROWS ('service=cart', 'resolved', '2026-01-01 00:05:00'), ('service=pay', 'inactive', '2026-01-01 00:05:00');
EXPECT SELECT alert FROM weir.alerts WHERE active AND alert = 'errors' EMPTY;
EXPECT SELECT labels['team'], labels['service'] FROM errors WHERE state = 'resolved' ROWS ('shop', 'cart');
EXPECT SELECT instance, state FROM short ROWS ('service=cart', 'firing'), ('service=pay', 'firing'), ('service=cart', 'resolved'), ('service=pay', 'resolved');

INSERT INTO logs SELECT 'pay', 'info', TIMESTAMP '2026-01-01 00:06:00' + to_minutes(i) FROM range(20) t(i);
EXPECT SELECT instance, state, since FROM short ROWS ('service=pay', 'firing', '2026-01-01 00:07:00');
