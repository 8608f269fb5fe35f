-- What one commit makes visible.
CREATE SOURCE s (k VARCHAR, v INTEGER) WITH (connector = 'memory');
CREATE SOURCE t (v INTEGER) WITH (connector = 'file', path = '*.csv', format = 'csv');
CREATE MATERIALIZED VIEW sums AS SELECT k, sum(v) AS total FROM s GROUP BY k;
CREATE MATERIALIZED VIEW rows AS SELECT v FROM t;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM s;

INSERT INTO s VALUES ('a', 1);
COMMIT;
INSERT INTO s VALUES ('a', 2), ('b', 3);
INSERT INTO s (v) VALUES (4);
EXPECT sums ROWS ('a', 3), (NULL, 4), ('b', 3);
EXPECT counted ROWS (4);
INSERT INTO t FROM range(5);
EXPECT rows ROWS (0), (1), (2), (3), (4);
COMMIT;
CLOSE s;
EXPECT sums ROWS 3;
