INCLUDE 'orders.sql';

INSERT INTO orders VALUES
    (1, 'CH', 9.50, '2026-01-01 00:00:10', {'name': 'Ada', 'age': 36}),
    (2, 'CH', 1,    '2026-01-01 00:00:59', NULL);
EXPECT per_minute EMPTY;   -- the watermark is at 00:00:54
EXPECT ages ROWS (36, 1);

ADVANCE WATERMARK TO '2026-01-01 00:00:59.999999';
EXPECT per_minute EMPTY;
ADVANCE WATERMARK orders TO TIMESTAMP '2026-01-01 00:01:00';
EXPECT per_minute ROWS ('2026-01-01 00:00:00', 'CH', 2, 10.5);

-- Behind the watermark, but its window is open.
INSERT INTO orders (ts, country) SELECT '2026-01-01 00:01:00'::TIMESTAMP + to_seconds(i), 'DE' FROM range(3) t(i);
EXPECT LATE per_minute EMPTY;

-- Its window is closed.
INSERT INTO orders (country, ts) VALUES ('DE', '2026-01-01 00:00:30');
EXPECT LATE per_minute ROWS 1;
EXPECT LATE per_minute ROWS ('2026-01-01 00:00:30', '2026-01-01 00:01:00', '0');

CLOSE orders;
EXPECT SELECT window_start::TIME AS start, n FROM per_minute ORDER BY start DESC ROWS ('00:01', 3), ('00:00', 2);
EXPECT per_minute ROWS 2;
