SELECT bidder, count(*) AS bids, window_start, window_end
FROM tumble(bid, date_time, INTERVAL '10 seconds')
GROUP BY bidder, window_start, window_end
