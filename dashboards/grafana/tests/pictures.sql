-- A sink, so that a picture of the overview has one.
CREATE SINK orders WITH (connector = 'file', path = 'orders.ndjson', format = 'json') AS FROM large_orders;
