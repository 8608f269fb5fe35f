# Requests of three services over a day, one every ten seconds each; the busier the hour, the slower. What is wrong is marked, so that
# finding it can be measured: search is slow for ten minutes, twice, and cart for twenty.
function noise() { seed = (seed * 48271) % 2147483647; return seed / 2147483647 }
function slow(service, minute) {
    return service == "search" && (minute >= 700 && minute < 710 || minute >= 1300 && minute < 1310) || service == "cart" && minute >= 1000 && minute < 1020
}
BEGIN {
    seed = 1
    split("search cart login", services, " ")
    for (second = 0; second < 86400; second += 10)
        for (s = 1; s <= 3; s++) {
            wrong = slow(services[s], int(second / 60))
            ms = (40 * s + 20 * sin(second / 86400 * 6.2832)) * (0.8 + 0.4 * noise()) * (wrong ? 3 : 1)
            printf "{\"service\":\"%s\",\"ts\":\"2026-03-01T%02d:%02d:%02dZ\",\"ms\":%.1f,\"injected\":%s}\n", services[s], second / 3600, second / 60 % 60, second % 60, ms, wrong ? "true" : "false"
        }
}
