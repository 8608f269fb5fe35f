-- A fleet of sensors: each reading is scored against what its sensor has at that time of the day, and a sensor that goes quiet is found once the watermark proves it.
--   awk -f sensors.awk > sensors.ndjson && ../bin/weir run --once --db sensors.duckdb sensors.sql

CREATE SOURCE reading (sensor VARCHAR, ts TIMESTAMP, value DOUBLE, injected BOOLEAN, WATERMARK FOR ts AS ts - INTERVAL '1 minute')
WITH (connector = 'file', path = 'sensors.ndjson', format = 'json');

CREATE MATERIALIZED VIEW readings WITH (title = 'Readings', unit = 'celsius') AS
SELECT ts, sensor, value, a.expected, a.lower, a.upper, a.score, a.is_anomaly, a.reason, injected
FROM (SELECT *, anomaly_seasonal(value) OVER (PARTITION BY sensor ORDER BY ts) AS a FROM reading);

CREATE MATERIALIZED VIEW silences WITH (title = 'Silent for more than ten minutes') AS
SELECT * FROM absent(reading, ts, INTERVAL '10 minutes', sensor);
