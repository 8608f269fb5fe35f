SELECT b.auction, b.price, b.bidder, b.date_time, b.extra
FROM bid b
JOIN (
    SELECT window_start, window_end, max(price) AS highest
    FROM tumble(bid, date_time, INTERVAL '10 seconds')
    GROUP BY ALL
) w ON b.price = w.highest AND b.date_time >= w.window_start AND b.date_time < w.window_end
