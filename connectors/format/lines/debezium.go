package lines

import "strconv"

// The operations of Debezium's envelope.
const (
	DebeziumCreate = 'c'
	DebeziumUpdate = 'u'
	DebeziumDelete = 'd'
)

// DebeziumSource says where changes come from.
type DebeziumSource struct {
	View   string
	Epoch  int64
	Millis int64 // since 1970, when they were written
}

// AppendDebezium appends a change in Debezium's envelope, as its JSON converter writes it without schemas, and without a newline:
//
//	{"before":{…},"after":{…},"source":{"connector":"weir","view":"hot","epoch":7},"op":"u","ts_ms":1767261600000}
//
// Before and after are rows as AppendJSON writes them; nil stands for null.
func AppendDebezium(dst []byte, op byte, before, after []byte, from DebeziumSource) []byte {
	dst = appendRow(append(dst, `{"before":`...), before)
	dst = appendRow(append(dst, `,"after":`...), after)
	dst = appendQuoted(append(dst, `,"source":{"connector":"weir","view":`...), from.View)
	dst = strconv.AppendInt(append(dst, `,"epoch":`...), from.Epoch, 10)
	dst = append(append(append(dst, `},"op":"`...), op), `","ts_ms":`...)
	return append(strconv.AppendInt(dst, from.Millis, 10), '}')
}

func appendRow(dst, row []byte) []byte {
	if row == nil {
		return append(dst, "null"...)
	}
	return append(dst, row...)
}
