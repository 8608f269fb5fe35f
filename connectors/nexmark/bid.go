package nexmark

import "github.com/weirdb/weir/connectors/generated"

const (
	bidBytes        = 100 // a bid's average size, without channel and url
	bidNumbers      = 4 * 8
	hotChannelRatio = 2 // all bids but one in 2 come through a hot channel
)

var bidColumns = []column{
	{name: "auction", number: (*generator).bidAuction},
	{name: "bidder", number: (*generator).bidder},
	{name: "price", number: func(g *generator, n int64) int64 { return price(g.dice.Throw(drawPrice, n)) }},
	{name: "channel", text: func(g *generator, dst []byte, n int64) []byte {
		return append(dst, g.text.channels[g.channel(n)]...)
	}},
	{name: "url", text: func(g *generator, dst []byte, n int64) []byte {
		return append(dst, g.text.urls[g.channel(n)]...)
	}},
	{name: eventTimeColumn, when: (*generator).timeAt},
	{name: "extra", text: func(g *generator, dst []byte, n int64) []byte {
		return g.text.appendExtra(dst, g.dice.Throw(drawBidExtra, n), bidNumbers, bidBytes)
	}},
}

// bidAuction is the first of the latest hundred auctions for half of the bids.
func (g *generator) bidAuction(n int64) int64 {
	h := g.dice.Throw(drawBidAuction, n)
	if h%hotAuctionRatio > 0 {
		return g.auctionID(auctionAt(n) / hotEvery * hotEvery)
	}
	return g.auctionID(g.someAuction(n, h))
}

// bidder is the second of the latest hundred people for all bids but one in four: the first is the hot seller.
func (g *generator) bidder(n int64) int64 {
	h := g.dice.Throw(drawBidder, n)
	if h%hotBidderRatio > 0 {
		return g.personID(personAt(n)/hotEvery*hotEvery + 1)
	}
	return g.personID(g.somePerson(n, h))
}

// channel is a position in texts.channels and texts.urls.
func (g *generator) channel(n int64) int64 {
	h := g.dice.Throw(drawChannel, n)
	if h%hotChannelRatio > 0 {
		return generated.Below(h, int64(len(hotChannels)))
	}
	return int64(len(hotChannels)) + generated.Below(h, channels)
}
