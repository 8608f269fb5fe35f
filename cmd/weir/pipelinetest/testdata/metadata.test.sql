-- Columns of metadata: a test gives what a message would say, and the log knows where an event lies.
CREATE SOURCE m (
    v INTEGER, _key VARCHAR, _timestamp TIMESTAMP, _headers MAP(VARCHAR, VARCHAR), _partition INTEGER, _offset BIGINT,
    WATERMARK FOR _timestamp AS _timestamp - INTERVAL '1 second'
) WITH (connector = 'kafka', brokers = 'nowhere:9092', topic = 'm');
CREATE MATERIALIZED VIEW ten AS
SELECT window_start, _key, _headers['host'] AS host, _partition, max(_offset) AS last, sum(v) AS v
FROM tumble(m, _timestamp, INTERVAL '10 seconds') GROUP BY ALL;

INSERT INTO m PARTITION '3' (v, _key, _timestamp, _headers) VALUES
    (1, 'a', '2026-01-01 00:00:01', MAP {'host': 'x'}),
    (2, 'a', '2026-01-01 00:00:02', MAP {'host': 'x'}),
    (3, NULL, '2026-01-01 00:00:03', NULL);
ADVANCE WATERMARK TO '2026-01-01 00:00:10';
EXPECT ten ROWS
    (TIMESTAMP '2026-01-01 00:00:00', 'a', 'x', 3, 1, 3),
    (TIMESTAMP '2026-01-01 00:00:00', NULL, NULL, 3, 2, 3);

-- Without a list, VALUES are the columns that stand in records.
INSERT INTO m PARTITION '3' VALUES (4);
