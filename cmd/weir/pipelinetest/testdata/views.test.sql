INCLUDE 'orders.sql';
CREATE MATERIALIZED VIEW per_hour AS
SELECT date_trunc('hour', window_start) AS hour, count(*) AS rows, sum(n) AS orders FROM per_minute GROUP BY ALL;
CREATE MATERIALIZED VIEW oldest AS SELECT max(age) AS age FROM ages;

INSERT INTO orders VALUES
    (1, 'CH', 9.50, '2026-01-01 00:00:10', {'name': 'Ada', 'age': 36}),
    (2, 'DE', 1,    '2026-01-01 00:00:59', {'name': 'Bob', 'age': 41}),
    (3, 'CH', 1,    '2026-01-01 00:59:59', NULL);
EXPECT per_hour EMPTY;
EXPECT oldest ROWS (41);

-- The watermark is the source's, through both views.
ADVANCE WATERMARK orders TO '2026-01-01 00:59:59.999999';
EXPECT per_minute ROWS 2;
EXPECT per_hour EMPTY;
ADVANCE WATERMARK orders TO '2026-01-01 01:00:00';
EXPECT per_hour ROWS ('2026-01-01 00:00:00', 3, 3);

-- Late for the inner window, and so for the outer one.
INSERT INTO orders (country, ts) VALUES ('DE', '2026-01-01 00:10:00');
EXPECT LATE per_minute ROWS 1;
EXPECT LATE per_hour ROWS 1;
