SELECT seller, avg(final) OVER (PARTITION BY seller ORDER BY closed ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS average
FROM (
    SELECT a.id, a.seller, b.price AS final, b.date_time AS closed
    FROM auction a
    JOIN bid b ON a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires
    QUALIFY row_number() OVER (PARTITION BY a.id, a.seller ORDER BY b.price DESC, b.date_time) = 1
)
