-- A view that is to begin at a time, or at the source's end, begins with the test: all of its events come after that.
CREATE SOURCE visit (page VARCHAR, at TIMESTAMP) WITH (connector = 'http', format = 'json', token = 'secret');
CREATE MATERIALIZED VIEW later WITH (backfill = 'latest') AS SELECT page, count(*) AS n FROM visit GROUP BY page;
CREATE MATERIALIZED VIEW since WITH (backfill = '2026-01-01 06:00') AS SELECT page FROM visit;

INSERT INTO visit JSON '{"page": "/tea", "at": "2025-01-01T00:00:00Z"}', '{"page": "/tea"}';
EXPECT later ROWS ('/tea', 2);
EXPECT since ROWS ('/tea'), ('/tea');
