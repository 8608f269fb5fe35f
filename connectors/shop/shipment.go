package shop

import "github.com/weirdb/weir/connectors/generated"

var (
	carriers   = [...]string{"dhl", "ups", "dpd", "hermes"}
	warehouses = [...]string{"berlin", "rotterdam", "lyon"}
)

// carrier brings an order. While one has stopped, the next one gets its shipments.
func (g *generator) carrier(order int64) string {
	c := generated.Below(g.dice.Throw(drawCarrier, order), int64(len(carriers)))
	number := g.layout.number(order, shipped)
	if g.anomalies && number >= 0 {
		if m, on := during(CarrierStop, g.timeOf(number)); on && m.carrier == c {
			c = (c + 1) % int64(len(carriers))
		}
	}
	return carriers[c]
}

func (g *generator) appendShipment(dst []byte, order int64) []byte {
	dst = appendID(dst, `"shipmentId":"shp-`, order)
	dst = appendID(dst, `","orderId":"ord-`, order)
	dst = append(append(dst, `","carrier":"`...), g.carrier(order)...)
	warehouse := warehouses[generated.Below(g.dice.Throw(drawWarehouse, order), int64(len(warehouses)))]
	return append(append(append(dst, `","warehouse":"`...), warehouse...), '"')
}
