package unique

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder. Keys that are forgotten count until they are looked for.
func (o *Operator) Held(int) engine.Held {
	return engine.Held{Unit: "keys", Count: int64(len(o.seen.first)), Newest: engine.MinTime}
}
