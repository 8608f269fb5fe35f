-- Payments of the shop, over a day: the share that fails, and the mean amount of an order, minute by minute. Failing payments are an outage, or somebody
-- who tries stolen cards; amounts forty times as large as usual are fraud or a mistake in a price list.
--   ../bin/weir run --once --db payments.duckdb payments.sql

CREATE SOURCE shop WITH (connector = 'shop', start = '2026-03-01 00:00:00', speed = '0', rate = '10', events = '864000');

CREATE MATERIALIZED VIEW failing WITH (title = 'Failed payments', unit = 'percentunit') AS
SELECT window_start, value, payments, a.expected, a.lower, a.upper, a.score, a.is_anomaly, a.reason
FROM (
    SELECT window_start, value, payments, anomaly_robust(value, rows := 300) OVER (ORDER BY window_start) AS a
    FROM (
        SELECT window_start, count(*) FILTER (WHERE "eventType" = 'payment.failed') / count(*) AS value, count(*) AS payments
        FROM tumble(shop, "timestamp", INTERVAL '1 minute')
        WHERE "eventType" LIKE 'payment.%'
        GROUP BY ALL
    )
);

CREATE MATERIALIZED VIEW amounts WITH (title = 'Mean amount of an order') AS
SELECT window_start, value, a.expected, a.lower, a.upper, a.score, a.is_anomaly, a.reason
FROM (
    SELECT window_start, value, anomaly_robust(value, rows := 300) OVER (ORDER BY window_start) AS a
    FROM (
        SELECT window_start, avg(payload.amount)::DOUBLE AS value
        FROM tumble(shop, "timestamp", INTERVAL '1 minute')
        WHERE "eventType" = 'order.placed'
        GROUP BY ALL
    )
);

CREATE ALERT card_testing WITH (for = '1 minute', resolve_after = '5 minutes', severity = 'critical', summary = '{{.share}} percent of payments fail', to = 'file', path = 'payments-alerts.ndjson') AS
SELECT window_start, round(100 * value, 1) AS share FROM failing WHERE is_anomaly AND value > upper;
