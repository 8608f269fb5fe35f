-- A window waits for every partition of its source that is not idle.
INCLUDE 'orders.sql';

INSERT INTO orders PARTITION 0 (ts, country) VALUES ('2026-01-01 00:00:10', 'CH');
INSERT INTO orders PARTITION 1 (ts, country) VALUES ('2026-01-01 00:02:00', 'CH');
EXPECT per_minute EMPTY;

IDLE orders PARTITION 0;
EXPECT per_minute ROWS ('2026-01-01 00:00:00', 'CH', 1, NULL);

-- It counts again from its next event on. The watermark does not go back.
INSERT INTO orders PARTITION 0 (ts, country) VALUES ('2026-01-01 00:01:58', 'CH');
INSERT INTO orders PARTITION 1 (ts, country) VALUES ('2026-01-01 00:09:00', 'CH');
EXPECT per_minute ROWS 1;
ADVANCE WATERMARK orders PARTITION 0 TO '2026-01-01 00:02:00';
EXPECT per_minute ROWS 2;
EXPECT LATE per_minute EMPTY;
