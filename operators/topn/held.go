package topn

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the keys of which rows are kept.
func (o *Operator) Held(int) engine.Held {
	return engine.Held{Unit: "keys", Count: int64(len(o.groups)), Newest: engine.MinTime}
}
