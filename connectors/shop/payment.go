package shop

import "github.com/weirdb/weir/connectors/generated"

var (
	methods = [...]string{"card", "card", "card", "paypal", "paypal", "invoice", "wallet"} // more often the more often listed
	reasons = [...]string{"insufficient_funds", "card_expired", "fraud_suspected"}
)

const outageReason = "gateway_timeout"

// failure is why an order's payment failed; empty if it was authorized.
func (g *generator) failure(order int64) string {
	share := g.dice.Share(drawPayment, order)
	if share < failureShare {
		return reasons[generated.Below(g.dice.Throw(drawReason, order), int64(len(reasons)))]
	}
	if share < outageShare && g.mishap(PaymentOutage, g.layout.number(order, paid)) {
		return outageReason
	}
	return ""
}

// appendPayment writes a payment. failure is empty if it was authorized.
func (g *generator) appendPayment(dst []byte, o *order, failure string) []byte {
	dst = appendID(dst, `"paymentId":"pay-`, o.id)
	dst = appendID(dst, `","orderId":"ord-`, o.id)
	dst = appendCents(append(dst, `","amount":`...), o.cents)
	dst = append(append(dst, `,"currency":"`...), o.market.currency...)
	dst = append(append(dst, `","method":"`...), methods[generated.Below(g.dice.Throw(drawMethod, o.id), int64(len(methods)))]...)
	if failure != "" {
		dst = append(append(dst, `","reason":"`...), failure...)
	}
	return append(dst, '"')
}
