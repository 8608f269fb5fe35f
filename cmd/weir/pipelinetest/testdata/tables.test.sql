-- Plain tables that views read.
CREATE TABLE rates (currency VARCHAR, rate DOUBLE);
INSERT INTO rates VALUES ('EUR', 2);
CREATE SOURCE sale (currency VARCHAR, amount DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second') WITH (connector = 'memory');
CREATE MATERIALIZED VIEW by_window AS
SELECT window_start, sum(amount * rate) AS total FROM tumble(sale, ts, INTERVAL '10 seconds') JOIN rates USING (currency) GROUP BY ALL;
CREATE MATERIALIZED VIEW each AS SELECT amount * rate AS total FROM sale LEFT JOIN rates USING (currency);
INSERT INTO rates VALUES ('USD', 3);

INSERT INTO sale VALUES ('EUR', 10, '2026-01-01 00:00:01'), ('USD', 1, '2026-01-01 00:00:02'), ('CHF', 1, '2026-01-01 00:00:13');
EXPECT by_window ROWS ('2026-01-01 00:00:00', 23);
EXPECT each ROWS (20), (3), (NULL);
EXPECT SELECT count(*) FROM rates ROWS (2);
