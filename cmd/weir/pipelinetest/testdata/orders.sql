-- The pipeline that the tests include. Nothing of it is reached: sources and sinks are in memory.
CREATE SOURCE orders (
    id BIGINT, country VARCHAR, amount DECIMAL(10,2), ts TIMESTAMP, customer STRUCT(name VARCHAR, age INTEGER),
    WATERMARK FOR ts AS ts - INTERVAL '5 seconds'
) WITH (connector = 'kafka', brokers = '${NO_SUCH_BROKERS}', topic = 'orders', format = 'json', idle_timeout = '30 seconds');

CREATE MATERIALIZED VIEW per_minute AS
SELECT window_start, country, count(*) AS n, sum(amount) AS total
FROM tumble(orders, ts, INTERVAL '1 minute') GROUP BY ALL;

CREATE MATERIALIZED VIEW ages AS
SELECT customer.age AS age, count(*) AS n FROM orders WHERE customer.age > 17 GROUP BY ALL;

CREATE SINK alerts WITH (connector = 'kafka', brokers = '127.0.0.1:1', topic = 'alerts', format = 'json') AS FROM per_minute;
