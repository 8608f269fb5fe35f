INCLUDE 'orders.sql';

INSERT INTO orders JSON
    '{"id": 1, "country": "CH", "amount": 2.5, "ts": "2026-01-01T00:00:01", "customer": {"name": 7, "age": 40}}',
    '{"id": 2, "country": "CH", "amount": "much", "ts": "2026-01-01T00:00:02"}',
    'no JSON at all',
    '{"id": "not read by any view", "country": "CH", "ts": "2026-01-01T00:00:03"}';
EXPECT DEAD LETTERS orders ROWS 2;
EXPECT DEAD LETTERS orders ROWS ('no JSON at all'), ('{"id": 2, "country": "CH", "amount": "much", "ts": "2026-01-01T00:00:02"}');
EXPECT SELECT "offset" FROM weir.dead_letters WHERE reason LIKE '%amount%' ROWS (1);
EXPECT ages ROWS (40, 1);
CLOSE orders;
EXPECT per_minute ROWS ('2026-01-01', 'CH', 2, 2.5);
