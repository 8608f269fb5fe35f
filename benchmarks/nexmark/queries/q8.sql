SELECT p.id, p.name, p.window_start
FROM (
    SELECT id, name, window_start
    FROM tumble(person, date_time, INTERVAL '10 seconds')
    GROUP BY ALL
) p
JOIN (
    SELECT seller, window_start
    FROM tumble(auction, date_time, INTERVAL '10 seconds')
    GROUP BY ALL
) a ON p.id = a.seller AND p.window_start = a.window_start
