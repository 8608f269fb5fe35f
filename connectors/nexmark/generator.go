package nexmark

import (
	"math"

	"github.com/weirdb/weir/connectors/generated"
)

// The proportions of the three kinds in a round of events.
const (
	people   = 1
	auctions = 3
	bids     = 46
	round    = people + auctions + bids
)

// The shape of the auction house, with the reference implementation's numbers.
const (
	firstPerson   = 1000 // ids start above zero, so that joins on them do not match by accident
	firstAuction  = 1000
	firstCategory = 10
	categories    = 5

	activePeople     = 1000 // only the latest people sell and bid
	inFlightAuctions = 100  // only the latest auctions get bids, the hot one apart
	lead             = 10   // references may run ahead by so many ids, as if events had changed places

	hotAuctionRatio = 2   // all bids but one in 2 go to the hot auction
	hotBidderRatio  = 4   // all bids but one in 4 come from the hot bidder
	hotSellerRatio  = 4   // all auctions but one in 4 come from the hot seller
	hotEvery        = 100 // of so many people or auctions in a row, one is hot
)

// config is what the events depend on.
type config struct {
	seed       int64
	events     int64 // of all kinds; generated.Endless if there is no end
	eventRate  int64 // events of all kinds per second of event time
	start      int64 // event time of event 0, µs since 1970
	outOfOrder int64 // rounds that change places with each other; 1 for none
}

// generator makes the values of events. Values are pure functions of the config and the event's number, so a generator
// can be shared, and no event has to be made to know another.
type generator struct {
	config
	dice        generated.Dice
	text        *texts
	step        int64 // through groups of rounds that change places
	lastPerson  int64 // that the stream will have, counted from 0
	lastAuction int64
}

func newGenerator(c config, t *texts) *generator {
	g := &generator{config: c, dice: generated.NewDice(c.seed, drawCount), text: t, step: shuffleStep(c.outOfOrder)}
	g.lastPerson, g.lastAuction = math.MaxInt64, math.MaxInt64
	if c.events != generated.Endless && c.events > 0 {
		g.lastPerson, g.lastAuction = personAt(c.events-1), max(auctionAt(c.events-1), 0)
	}
	return g
}

// personAt is the latest person that has come once event n has, counted from 0.
func personAt(n int64) int64 { return n / round }

// auctionAt is the latest auction that has come once event n has, counted from 0; -1 before the first.
func auctionAt(n int64) int64 {
	place := min(max(n%round-people, -1), auctions-1)
	return n/round*auctions + place
}

// timeAt is the event time of event n in µs since 1970.
func (g *generator) timeAt(n int64) int64 { return g.start + span(n, g.eventRate) }

// span is how many µs n events take at a rate per second. It divides first: n times a million may overflow.
func span(n, rate int64) int64 { return n/rate*1e6 + n%rate*1e6/rate }

// somePerson chooses among the latest people, and a few that are still to come.
func (g *generator) somePerson(n int64, h uint64) int64 {
	known := personAt(n) + 1
	active := min(known, activePeople)
	return known - active + generated.Below(h, active+lead)
}

// someAuction chooses among the latest auctions, and a few that are still to come.
func (g *generator) someAuction(n int64, h uint64) int64 {
	last := auctionAt(n)
	oldest := max(last-inFlightAuctions, 0)
	return oldest + generated.Below(h, last-oldest+1+lead)
}

func (g *generator) personID(person int64) int64   { return firstPerson + min(person, g.lastPerson) }
func (g *generator) auctionID(auction int64) int64 { return firstAuction + min(auction, g.lastAuction) }
