package nexmark

import "github.com/weirdb/weir/connectors/generated"

const (
	auctionBytes   = 500 // an auction's average size
	itemLimit      = 20  // an item's name is shorter
	describedLimit = 100 // so is a description
)

var auctionColumns = []column{
	{name: "id", number: func(_ *generator, n int64) int64 { return firstAuction + auctionAt(n) }},
	{name: "item_name", text: func(g *generator, dst []byte, n int64) []byte {
		h := g.dice.Throw(drawItem, n)
		return appendWord(dst, h, wordLength(h, itemLimit), ' ')
	}},
	{name: "description", text: func(g *generator, dst []byte, n int64) []byte {
		h := g.dice.Throw(drawDescription, n)
		return appendWord(dst, h, wordLength(h, describedLimit), ' ')
	}},
	{name: "initial_bid", number: (*generator).initialBid},
	{name: "reserve", number: func(g *generator, n int64) int64 { return g.initialBid(n) + price(g.dice.Throw(drawReserve, n)) }},
	{name: eventTimeColumn, when: (*generator).timeAt},
	{name: "expires", when: (*generator).expires},
	{name: "seller", number: (*generator).seller},
	{name: "category", number: func(g *generator, n int64) int64 {
		return firstCategory + generated.Below(g.dice.Throw(drawCategory, n), categories)
	}},
	{name: "extra", text: func(g *generator, dst []byte, n int64) []byte {
		return g.text.appendExtra(dst, g.dice.Throw(drawAuctionExtra, n), g.auctionSize(n), auctionBytes)
	}},
}

func (g *generator) initialBid(n int64) int64 { return price(g.dice.Throw(drawInitialBid, n)) }

// expires leaves an auction open, on average, for as long as the next inFlightAuctions take to come.
func (g *generator) expires(n int64) int64 {
	const eventsAhead = inFlightAuctions * round / auctions
	horizon := max(span(eventsAhead, g.eventRate), 1)
	return g.timeAt(n) + 1000 + generated.Below(g.dice.Throw(drawLength, n), 2*horizon)
}

// seller is the first of a hundred people for all auctions but one in four.
func (g *generator) seller(n int64) int64 {
	h := g.dice.Throw(drawSeller, n)
	if h%hotSellerRatio > 0 {
		return g.personID(personAt(n) / hotEvery * hotEvery)
	}
	return g.personID(g.somePerson(n, h))
}

// auctionSize is the size in bytes that the reference gives an auction without its extra.
func (g *generator) auctionSize(n int64) int64 {
	const numbers = 6 * 8
	return numbers + wordLength(g.dice.Throw(drawItem, n), itemLimit) + wordLength(g.dice.Throw(drawDescription, n), describedLimit)
}
