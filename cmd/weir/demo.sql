-- The events of an online shop, generated. Some come twice, some late, some broken; at known times something is wrong.
CREATE SOURCE shop WITH (connector = 'shop', rate = 500);

-- Orders and revenue, every two seconds.
CREATE MATERIALIZED VIEW revenue AS
SELECT window_start, window_end, payload.country AS country, count(*) AS orders, sum(payload.amount) AS revenue
FROM tumble(shop, "timestamp", INTERVAL '2 seconds')
WHERE eventType = 'order.placed'
GROUP BY ALL;

-- How many payments fail, and by which method.
CREATE MATERIALIZED VIEW payments AS
SELECT window_start, window_end, payload.method AS method, count(*) AS payments,
       count(*) FILTER (WHERE eventType = 'payment.failed') AS failed, avg(payload.amount) AS mean, max(payload.amount) AS largest
FROM tumble(shop, "timestamp", INTERVAL '10 seconds')
WHERE eventType IN ('payment.authorized', 'payment.failed')
GROUP BY ALL;

-- Parcels a minute, by carrier: one that stops shows.
CREATE MATERIALIZED VIEW shipments AS
SELECT date_trunc('minute', "timestamp") AS minute, payload.carrier AS carrier, count(*) AS parcels
FROM shop
WHERE eventType = 'shipment.dispatched'
GROUP BY ALL;

-- Totals since the start, current at each commit.
CREATE MATERIALIZED VIEW totals AS
SELECT eventType, count(*) AS events, count(DISTINCT eventId) AS distinct_events, min("timestamp") AS first, max("timestamp") AS last
FROM shop
GROUP BY eventType;

-- Every order of more than 500.
CREATE MATERIALIZED VIEW large_orders AS
SELECT "timestamp", payload.orderId AS "order", upper(payload.country) AS country, payload.amount AS amount, len(payload.items) AS items
FROM shop
WHERE eventType = 'order.placed' AND payload.amount > 500;
