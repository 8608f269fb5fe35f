package alert

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

// Held implements engine.Holder: the instances, by what they are. Nothing of them waits for the watermark but steps that may not come.
func (o *Operator) Held(int) engine.Held {
	pending, firing := int64(0), int64(0)
	for _, i := range o.instances {
		switch {
		case !i.active:
		case i.fired == never:
			pending++
		default:
			firing++
		}
	}
	return engine.Held{
		Unit: "instances", Count: pending + firing, Newest: engine.MinTime,
		Parts: []engine.HeldPart{{Name: string(alerting.Pending), Count: pending}, {Name: string(alerting.Firing), Count: firing}},
	}
}
