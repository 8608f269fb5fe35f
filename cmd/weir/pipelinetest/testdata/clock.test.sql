-- idle_timeout is 30 seconds of the wall clock.
INCLUDE 'orders.sql';

INSERT INTO orders PARTITION 0 (ts, country) VALUES ('2026-01-01 00:00:10', 'CH');
INSERT INTO orders PARTITION 1 (ts, country) VALUES ('2026-01-01 00:00:20', 'CH');
ADVANCE CLOCK BY INTERVAL '29 seconds';
INSERT INTO orders PARTITION 1 (ts, country) VALUES ('2026-01-01 00:01:10', 'CH');
EXPECT per_minute EMPTY;
ADVANCE CLOCK BY INTERVAL '1 second';
EXPECT per_minute ROWS ('2026-01-01 00:00:00', 'CH', 2, NULL);
