-- What is expected of each country: the mean of the two minutes before, give or take.
CREATE MATERIALIZED VIEW bands WITH (title = 'Orders of four seconds') AS
SELECT window_start, country, value, lower, upper, coalesce(value NOT BETWEEN lower AND upper, false) AS is_anomaly
FROM (
  SELECT window_start, country, value, avg(value) OVER past - 2 * stddev_samp(value) OVER past AS lower, avg(value) OVER past + 2 * stddev_samp(value) OVER past AS upper
  FROM (
    SELECT window_start, payload.country AS country, count(*)::DOUBLE AS value
    FROM tumble(shop, "timestamp", INTERVAL '4 seconds')
    WHERE eventType = 'order.placed'
    GROUP BY ALL
  )
  WINDOW past AS (PARTITION BY country ORDER BY window_start ROWS BETWEEN 30 PRECEDING AND 1 PRECEDING)
);
