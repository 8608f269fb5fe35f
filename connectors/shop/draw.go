package shop

import "github.com/weirdb/weir/connectors/generated"

// The random decisions, for generated.Dice. What one adds to an event leaves the rest as it was.
const (
	drawCustomer = iota
	drawCountry
	drawItems
	drawChannel
	drawLarge
	drawPayment
	drawMethod
	drawReason
	drawCarrier
	drawWarehouse
	drawEventID
	drawJitter
	drawFate
	drawFateKind
	drawPaymentLag
	drawShipmentLag
	drawNoise
	drawCount
)

func newDice(seed int64) generated.Dice { return generated.NewDice(seed, drawCount) }
