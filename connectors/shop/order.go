package shop

import "github.com/weirdb/weir/connectors/generated"

const (
	customers = 100_000
	articles  = 500
	maxItems  = 4
)

// market is a country with its share of the customers, in hundredths.
type market struct {
	country, currency string
	share             int64
}

var markets = [...]market{
	{"DE", "EUR", 40}, {"FR", "EUR", 12}, {"NL", "EUR", 10}, {"AT", "EUR", 10}, {"GB", "GBP", 10}, {"US", "USD", 10}, {"CH", "CHF", 5}, {"SE", "SEK", 3},
}

// order is what a customer ordered.
type order struct {
	id       int64
	customer int64
	market   market
	channel  string
	items    [maxItems]item
	count    int
	cents    int64 // the amount
}

type item struct{ sku, quantity, cents int64 }

// order makes an order from its number. Orders before the start have no time, and so no anomaly.
func (g *generator) order(id int64) order {
	o := order{id: id, channel: channelOf(g.dice.Throw(drawChannel, id))}
	h := g.dice.Throw(drawCustomer, id)
	o.customer = generated.Below(h, 1+generated.Below(generated.Mix(h), customers)) // low numbers order often, high ones seldom
	o.market = marketOf(g.dice.Throw(drawCountry, o.customer))
	factor := g.largeFactor(id)
	h = g.dice.Throw(drawItems, id)
	o.count = 1 + int(generated.Below(generated.Mix(h+1), 2)+generated.Below(generated.Mix(h+2), maxItems-1))
	for i := range o.count {
		h = generated.Mix(h + generated.Golden)
		sku := generated.Below(h, articles)
		o.items[i] = item{sku: sku, quantity: (1 + generated.Below(generated.Mix(h), 3)) * factor, cents: priceOf(sku)}
		o.cents += o.items[i].quantity * o.items[i].cents
	}
	return o
}

// largeFactor multiplies the quantities of some orders during an anomaly.
func (g *generator) largeFactor(id int64) int64 {
	if g.dice.Share(drawLarge, id) < largeShare && g.mishap(LargeAmounts, g.layout.number(id, placed)) {
		return largeQuantity
	}
	return 1
}

// priceOf is an article's price in cents, from 1.99 to 99.99; cheap ones are more frequent.
func priceOf(sku int64) int64 {
	h := generated.Mix(uint64(sku) + 1)
	return 199 + generated.Below(h, 1+generated.Below(generated.Mix(h), 99))*100
}

func marketOf(h uint64) market {
	at := generated.Below(h, 100)
	for _, m := range markets {
		if at -= m.share; at < 0 {
			return m
		}
	}
	return markets[0]
}

func channelOf(h uint64) string {
	switch at := generated.Below(h, 100); {
	case at < 55:
		return "web"
	case at < 90:
		return "app"
	}
	return "store"
}

func (o *order) append(dst []byte) []byte {
	dst = appendID(dst, `"orderId":"ord-`, o.id)
	dst = appendPadded(append(dst, `","customerId":"cus-`...), o.customer, 6)
	dst = appendCents(append(dst, `","amount":`...), o.cents)
	dst = append(append(dst, `,"currency":"`...), o.market.currency...)
	dst = append(append(dst, `","country":"`...), o.market.country...)
	dst = append(append(dst, `","channel":"`...), o.channel...)
	dst = append(dst, `","items":[`...)
	for i, it := range o.items[:o.count] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = it.append(dst)
	}
	return append(dst, ']')
}

func (it item) append(dst []byte) []byte {
	dst = appendPadded(append(dst, `{"sku":"sku-`...), it.sku, 4)
	dst = appendPadded(append(dst, `","quantity":`...), it.quantity, 1)
	return append(appendCents(append(dst, `,"price":`...), it.cents), '}')
}
