package file

import "bytes"

// dialect is how a CSV file writes its fields.
type dialect struct {
	delimiter byte
	quote     byte
	quoted    bool // whether there is a quote at all
	header    bool
	nullText  string
}

// recordEnd finds the newline that ends the first record; -1 if data has no whole record. Newlines between quotes do not count.
func (d *dialect) recordEnd(data []byte) int {
	end := bytes.IndexByte(data, '\n')
	if end < 0 || !d.quoted || bytes.IndexByte(data[:end], d.quote) < 0 {
		return end
	}
	for at := 0; at < len(data); {
		if data[at] == d.quote {
			at = d.closingQuote(data, at+1)
			if at < 0 {
				return -1
			}
		}
		stop := d.fieldEnd(data, at)
		if stop == len(data) {
			return -1
		}
		if data[stop] == '\n' {
			return stop
		}
		at = stop + 1
	}
	return -1
}

// closingQuote returns the position behind the quote that ends the field; -1 if there is none. Doubled quotes belong to the field.
func (d *dialect) closingQuote(data []byte, at int) int {
	for {
		next := bytes.IndexByte(data[at:], d.quote)
		if next < 0 {
			return -1
		}
		at += next + 1
		if at == len(data) || data[at] != d.quote {
			return at
		}
		at++
	}
}

// fieldEnd returns the position of the delimiter or newline at or behind at, or the length of data.
func (d *dialect) fieldEnd(data []byte, at int) int {
	for at < len(data) && data[at] != d.delimiter && data[at] != '\n' {
		at++
	}
	return at
}

// field is one field of a record.
type field struct {
	text []byte // in the record, or unescaped
	null bool
}

// split cuts a record without its newline into fields, which it appends to fields. The reason is not empty if a quote is out of place.
func (d *dialect) split(record []byte, fields []field) (_ []field, reason string) {
	for at := 0; ; {
		text, next, reason := d.splitOne(record, at)
		if reason != "" {
			return fields, reason
		}
		fields = append(fields, field{text: text, null: string(text) == d.nullText})
		if next > len(record) {
			return fields, ""
		}
		at = next
	}
}

// splitOne takes the field at at, and returns where the next one begins: behind the record's end if there is none.
func (d *dialect) splitOne(record []byte, at int) (text []byte, next int, reason string) {
	if !d.quoted || at == len(record) || record[at] != d.quote {
		end := d.fieldEnd(record, at)
		return record[at:end], end + 1, ""
	}
	end := d.closingQuote(record, at+1)
	if end < 0 {
		return nil, 0, "a quote is not closed"
	}
	if end < len(record) && record[end] != d.delimiter {
		return nil, 0, "a character follows a closing quote"
	}
	return d.unescape(record[at+1 : end-1]), end + 1, ""
}

// unescape makes doubled quotes single.
func (d *dialect) unescape(text []byte) []byte {
	if bytes.IndexByte(text, d.quote) < 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte{d.quote, d.quote}, []byte{d.quote})
}
