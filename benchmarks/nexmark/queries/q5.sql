SELECT window_start, auction, bids
FROM (
    SELECT window_start, auction, count(*) AS bids
    FROM hop(bid, date_time, INTERVAL '2 seconds', INTERVAL '10 seconds')
    GROUP BY ALL
)
QUALIFY rank() OVER (PARTITION BY window_start ORDER BY bids DESC) = 1
