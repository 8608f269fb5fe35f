package kafka

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// unpackMessages is unpack for queries that read keys, timestamps or headers: it takes all parts of each record.
func (b batch) unpackMessages(from, to int64, decompress kgo.Decompressor, into []engine.Record) ([]engine.Record, error) {
	in, err := b.records(decompress)
	if err != nil {
		return into, err
	}
	metas := make([]engine.Meta, 0, max(0, min(b.count(), len(in)))) // they are pointed to: it must not grow
	for range b.count() {
		length, n := varint(in)
		if n <= 0 || length < 1 || length > int64(len(in)-n) {
			return into, b.short()
		}
		m := message{in: in[n+1 : n+int(length)]} // behind the attributes, unused
		in = in[n+int(length):]
		meta := engine.Meta{Timestamp: b.time(m.number())}
		offset := b.firstOffset() + m.number()
		meta.Key = m.bytes()
		value := m.bytes()
		meta.Headers = m.headers()
		if m.damaged {
			return into, b.short()
		}
		if offset >= from && offset < to {
			metas = append(metas, meta)
			into = append(into, engine.Record{Offset: offset, Value: value, Meta: &metas[len(metas)-1]})
		}
	}
	return into, nil
}

// time is that of a record, which says by how many milliseconds it is behind the batch's first.
func (b batch) time(delta int64) engine.Time {
	at := int64(binary.BigEndian.Uint64(b[atFirstTime:])) + delta
	if b.attributes()&appendTimeBit != 0 {
		at = int64(binary.BigEndian.Uint64(b[atLastTime:]))
	}
	return millis(at)
}

// millis is a time of Kafka's, which is below 0 for none.
func millis(at int64) engine.Time {
	if at < 0 {
		return engine.MinTime
	}
	return engine.Time(at * 1000)
}

// message reads the parts of a record one after the other: timestamp delta, offset delta, key, value, headers.
type message struct {
	in      []byte
	damaged bool
}

func (m *message) number() int64 {
	v, n := varint(m.in)
	if n <= 0 {
		m.damaged = true
		return 0
	}
	m.in = m.in[n:]
	return v
}

// bytes are nil where their length is -1.
func (m *message) bytes() []byte {
	value, end, ok := sized(m.in, 0)
	if !ok {
		m.damaged = true
		return nil
	}
	m.in = m.in[end:]
	return value
}

func (m *message) headers() []engine.Header {
	n := m.number()
	if n <= 0 || n > int64(len(m.in)) {
		m.damaged = m.damaged || n != 0
		return nil
	}
	out := make([]engine.Header, n)
	for i := range out {
		out[i] = engine.Header{Name: string(m.bytes()), Value: m.bytes()}
	}
	return out
}

// metaOf is what a record of the client library says beside its value.
func metaOf(r *kgo.Record) *engine.Meta {
	m := &engine.Meta{Key: r.Key, Timestamp: millis(r.Timestamp.UnixMilli())}
	for _, h := range r.Headers {
		m.Headers = append(m.Headers, engine.Header{Name: h.Key, Value: h.Value})
	}
	return m
}
