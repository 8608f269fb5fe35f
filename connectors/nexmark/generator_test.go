package nexmark

import (
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

func TestProportions(t *testing.T) {
	const events = 10_000
	for table, want := range map[string]int{"person": events / 50, "auction": events * 3 / 50, "bid": events * 46 / 50} {
		if got := len(readOnly(t, table, "10000", nil, "date_time")); got != want {
			t.Errorf("%d events of table %s, want %d", got, table, want)
		}
	}
}

func TestSameSeedSameEvents(t *testing.T) {
	for _, table := range tableNames() {
		first := read(t, table, "5000", map[string]string{"seed": "7"})
		if !reflect.DeepEqual(first, read(t, table, "5000", map[string]string{"seed": "7"})) {
			t.Errorf("table %s differs between two runs", table)
		}
		other := read(t, table, "5000", map[string]string{"seed": "8"})
		if reflect.DeepEqual(first, other) {
			t.Errorf("table %s does not depend on the seed", table)
		}
	}
}

// TestStreamIsFixed keeps the events of seed 1 what they are: results recorded with one release must hold in the next.
func TestStreamIsFixed(t *testing.T) {
	want := map[string]uint64{"person": 0x25aa289f339162ae, "auction": 0x18764b5e3155a114, "bid": 0x84b70449ae99494}
	for table, sum := range want {
		h := fnv.New64a()
		for _, r := range read(t, table, "20000", nil) {
			fmt.Fprintln(h, format(r))
		}
		if h.Sum64() != sum {
			t.Errorf("%s: the rows' checksum is %#x, want %#x", table, h.Sum64(), sum)
		}
	}
}

func TestIdsCountUp(t *testing.T) {
	for _, table := range []string{"person", "auction"} {
		for i, id := range numbers(readOnly(t, table, "20000", nil, "id"), 0) {
			if id != 1000+int64(i) {
				t.Fatalf("%s %d has id %d", table, i, id)
			}
		}
	}
}

// TestReferencesExist joins the three streams by hand: also with disorder, partitions and an end within a round.
func TestReferencesExist(t *testing.T) {
	for _, events := range []string{"37", "50", "20011"} {
		more := map[string]string{"out_of_order": "50 ms", "partitions": "3"}
		persons := set(numbers(readOnly(t, "person", events, more, "id"), 0))
		auctionRows := readOnly(t, "auction", events, more, "id", "seller")
		auctionIDs := set(numbers(auctionRows, 0))
		for _, seller := range numbers(auctionRows, 1) {
			if !persons[seller] {
				t.Fatalf("%s events: no person %d sells", events, seller)
			}
		}
		for _, b := range readOnly(t, "bid", events, more, "auction", "bidder") {
			if !auctionIDs[b.values[0].(int64)] || !persons[b.values[1].(int64)] {
				t.Fatalf("%s events: bid on auction %d by %d refers to nothing", events, b.values[0], b.values[1])
			}
		}
	}
}

func TestSkew(t *testing.T) {
	rows := readOnly(t, "bid", "100000", nil, "auction", "bidder", "channel", "url")
	var hotAuction, hotBidder, hotChannel, withID float64
	for _, b := range rows {
		n := b.offset
		hotAuction += count(b.values[0].(int64) == 1000+auctionAt(n)/100*100)
		hotBidder += count(b.values[1].(int64) == 1000+personAt(n)/100*100+1)
		hotChannel += count(slices.Contains(hotChannels[:], b.values[2].(string)))
		withID += count(strings.Contains(b.values[3].(string), "&channel_id="))
	}
	total := float64(len(rows))
	generatedtest.Within(t, "bids on the hot auction", hotAuction/total, 0.5, 0.01)
	generatedtest.Within(t, "bids of the hot bidder", hotBidder/total, 0.75, 0.01)
	generatedtest.Within(t, "bids through hot channels", hotChannel/total, 0.5, 0.01)
	generatedtest.Within(t, "urls with a channel_id", withID/total, 0.45, 0.01)

	sold := readOnly(t, "auction", "200000", nil, "seller")
	var hotSeller float64
	for _, a := range sold {
		hotSeller += count(a.values[0].(int64) == 1000+personAt(a.offset)/100*100)
	}
	generatedtest.Within(t, "auctions of the hot seller", hotSeller/float64(len(sold)), 0.75, 0.01)
}

// TestReferencesAreRecent checks the bounds that the reference implementation draws ids between.
func TestReferencesAreRecent(t *testing.T) {
	for _, b := range readOnly(t, "bid", "120000", nil, "auction", "bidder") {
		auction, last := b.values[0].(int64)-1000, auctionAt(b.offset)
		if auction != last/100*100 && (auction < last-100 || auction > last+10) {
			t.Fatalf("event %d bids on auction %d when the last is %d", b.offset, auction, last)
		}
		bidder, newest := b.values[1].(int64)-1000, personAt(b.offset)
		if bidder != newest/100*100+1 && (bidder < newest-999 || bidder > newest+10) {
			t.Fatalf("event %d has bidder %d when the last person is %d", b.offset, bidder, newest)
		}
	}
}

func TestPriceSpreadsOverSixDecades(t *testing.T) {
	prices := numbers(readOnly(t, "bid", "80000", nil, "price"), 0)
	var decades [8]float64
	for _, p := range prices {
		if p < 100 || p > 100_000_000 {
			t.Fatalf("price %d", p)
		}
		decades[int(math.Log10(float64(p)))-1]++
	}
	for d := 1; d <= 6; d++ {
		generatedtest.Within(t, "prices of a decade", decades[d]/float64(len(prices)), 1.0/6, 0.005)
	}
}

func TestPriceIsTheReferencesFormula(t *testing.T) {
	for i := range uint64(10_000) {
		h := generated.Mix(i)
		want := 100 * math.Pow(10, 6*float64(h>>11)/(1<<53))
		if got := float64(price(h)); math.Abs(got-want) > 0.51+want*3e-6 {
			t.Fatalf("price(%#x) = %v, want %v", h, got, want)
		}
	}
}

func TestAverageSizes(t *testing.T) {
	var size float64
	rows := readOnly(t, "bid", "50000", nil, "extra")
	for _, b := range rows {
		size += bidNumbers + float64(len(b.values[0].(string)))
	}
	generatedtest.Within(t, "bytes of a bid", size/float64(len(rows)), bidBytes, 1)

	size, rows = 0, readOnly(t, "auction", "50000", nil, "item_name", "description", "extra")
	for _, a := range rows {
		size += 48 + float64(len(a.values[0].(string))+len(a.values[1].(string))+len(a.values[2].(string)))
	}
	generatedtest.Within(t, "bytes of an auction", size/float64(len(rows)), auctionBytes, 5)

	size, rows = 0, read(t, "person", "100000", nil)
	for _, p := range rows {
		size += 8
		for _, c := range []int{1, 2, 3, 4, 5, 7} {
			size += float64(len(p.values[c].(string)))
		}
	}
	generatedtest.Within(t, "bytes of a person", size/float64(len(rows)), personBytes, 3)
}

func TestAuctionTerms(t *testing.T) {
	var open float64
	rows := readOnly(t, "auction", "100000", nil, "initial_bid", "reserve", "date_time", "expires")
	for _, a := range rows {
		length := a.values[3].(int64) - a.values[2].(int64)
		if length < 1000 || a.values[1].(int64) < a.values[0].(int64)+100 {
			t.Fatalf("auction %v", a.values)
		}
		open += float64(length)
	}
	generatedtest.Within(t, "µs that auctions are open", open/float64(len(rows)), 1000+166_600, 3000) // 1666 events at 10000 a second
}

func TestTimeFollowsTheEventRate(t *testing.T) {
	times := numbers(read(t, "bid", "50", map[string]string{"event_rate": "2000", "start": "2026-02-03 04:05:06"}), 5)
	const start = 1770091506_000000
	if times[0] != start+4*500 || times[45] != start+49*500 {
		t.Fatalf("times run from %d to %d", times[0]-start, times[45]-start)
	}
}

func count(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func set(ids []int64) map[int64]bool {
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}
