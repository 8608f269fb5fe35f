package pgwire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
)

// binaryForm is the binary format: big-endian, times from 2000 on.
var binaryForm = form{
	boolean: func(buf []byte, v bool) []byte {
		if v {
			return append(buf, 1)
		}
		return append(buf, 0)
	},
	integer:   binaryInteger,
	float:     binaryFloat,
	number:    binaryNumber,
	date:      binaryDate,
	clock:     func(buf []byte, micros int64) []byte { return binary.BigEndian.AppendUint64(buf, uint64(micros)) },
	timestamp: binaryTimestamp,
	interval:  binaryInterval,
	blob:      func(buf, v []byte) []byte { return append(buf, v...) },
	uuid:      binaryUUID,
}

func binaryInteger(buf []byte, v int64, size int) []byte {
	switch size {
	case 2:
		return binary.BigEndian.AppendUint16(buf, uint16(v))
	case 4:
		return binary.BigEndian.AppendUint32(buf, uint32(v))
	}
	return binary.BigEndian.AppendUint64(buf, uint64(v))
}

func binaryFloat(buf []byte, v float64, size int) []byte {
	if size == 4 {
		return binary.BigEndian.AppendUint32(buf, math.Float32bits(float32(v)))
	}
	return binary.BigEndian.AppendUint64(buf, math.Float64bits(v))
}

// PostgreSQL counts from 2000.
const (
	epochDays   = 10957
	epochMicros = epochDays * 86_400_000_000
)

func binaryDate(buf []byte, days int32) ([]byte, error) {
	switch days {
	case lastDay:
		return binary.BigEndian.AppendUint32(buf, math.MaxInt32), nil
	case firstDay:
		return binary.BigEndian.AppendUint32(buf, 1<<31), nil
	}
	if days < math.MinInt32+epochDays+1 {
		return buf, newFault(stateTimeRange, fmt.Sprintf("the date %d days from 1970 is before PostgreSQL's first", days))
	}
	return binary.BigEndian.AppendUint32(buf, uint32(days-epochDays)), nil
}

func binaryTimestamp(buf []byte, micros int64, _ bool) ([]byte, error) {
	switch micros {
	case endOfTime:
		return binary.BigEndian.AppendUint64(buf, math.MaxInt64), nil
	case beginOfTime:
		return binary.BigEndian.AppendUint64(buf, 1<<63), nil
	}
	if micros < math.MinInt64+epochMicros+1 {
		return buf, newFault(stateTimeRange, fmt.Sprintf("the time %d microseconds from 1970 is before PostgreSQL's first", micros))
	}
	return binary.BigEndian.AppendUint64(buf, uint64(micros-epochMicros)), nil
}

func binaryInterval(buf []byte, v arrow.MonthDayNanoInterval) []byte {
	buf = binary.BigEndian.AppendUint64(buf, uint64(v.Nanoseconds/1000))
	buf = binary.BigEndian.AppendUint32(buf, uint32(v.Days))
	return binary.BigEndian.AppendUint32(buf, uint32(v.Months))
}

func binaryUUID(buf []byte, v string) ([]byte, error) {
	var digits [32]byte
	n := 0
	for i := 0; i < len(v); i++ {
		if v[i] != '-' && n < len(digits) {
			digits[n] = v[i]
			n++
		}
	}
	out, err := hex.AppendDecode(buf, digits[:n])
	if err != nil || n != len(digits) {
		return buf, newFault(stateInternal, fmt.Sprintf("%q is not a UUID", v))
	}
	return out, nil
}
