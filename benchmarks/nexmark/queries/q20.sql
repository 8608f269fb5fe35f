SELECT b.*, a.* EXCLUDE (date_time, extra), a.date_time AS auction_date_time, a.extra AS auction_extra
FROM bid b
JOIN auction a ON b.auction = a.id
WHERE a.category = 10
