-- Latency of services: the mean of each minute, scored for each service against what it has been.
--   awk -f latency.awk > latency.ndjson && ../bin/weir run --once --db latency.duckdb latency.sql

CREATE SOURCE request (service VARCHAR, ts TIMESTAMP, ms DOUBLE, injected BOOLEAN, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
WITH (connector = 'file', path = 'latency.ndjson', format = 'json');

CREATE MATERIALIZED VIEW latency WITH (title = 'Latency by service', unit = 'ms') AS
SELECT window_start, service, value, a.expected, a.lower, a.upper, a.score, a.is_anomaly, a.reason, injected
FROM (
    SELECT window_start, service, avg(ms) AS value, bool_or(injected) AS injected,
        anomaly_robust(avg(ms), rows := 300) OVER (PARTITION BY service ORDER BY window_start) AS a
    FROM tumble(request, ts, INTERVAL '1 minute')
    GROUP BY ALL
);

CREATE ALERT slow WITH (for = '1 minute', resolve_after = '5 minutes', severity = 'critical', summary = '{{.service}} takes {{.value}} ms', to = 'file', path = 'slow.ndjson') AS
SELECT window_start, service, round(value) AS value FROM latency WHERE is_anomaly;
