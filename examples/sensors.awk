# Readings of twenty sensors over two days, one a minute each: a daily wave, noise, and a level of each sensor's own. What is wrong is marked:
# every 397th reading is a spike, and sensor 7 says nothing for an hour and a half on the second day.
function noise() { seed = (seed * 48271) % 2147483647; return seed / 2147483647 }
BEGIN {
    seed = 1
    for (minute = 0; minute < 2880; minute++)
        for (s = 1; s <= 20; s++) {
            n++
            if (s == 7 && minute >= 2000 && minute < 2090) continue
            spike = minute >= 300 && n % 397 == 0
            value = 15 + s + 4 * sin(minute / 1440 * 6.2832) + noise() + noise() - 1 + (spike ? 9 : 0)
            printf "{\"sensor\":\"s%02d\",\"ts\":\"2026-03-%02dT%02d:%02d:%02dZ\",\"value\":%.2f,\"injected\":%s}\n", s, 1 + minute / 1440, minute / 60 % 24, minute % 60, s, value, spike ? "true" : "false"
        }
}
