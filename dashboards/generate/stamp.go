package generate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
)

// A file that was generated says so in its first line, with a checksum of the others: by that it is known whether somebody has edited it
// since.
//
//	{
//	  "__weir": "generated, sha256 5f0c…",
//	  "uid": …
var stamp = regexp.MustCompile(`^\{\n  "__weir": "generated, sha256 ([0-9a-f]{64})",\n`)

// Stamped puts the line into a dashboard's JSON.
func Stamped(dashboard []byte) []byte {
	rest := bytes.TrimPrefix(dashboard, []byte("{\n"))
	return fmt.Appendf(nil, "{\n  \"__weir\": \"generated, sha256 %x\",\n%s", sha256.Sum256(rest), rest)
}

// Untouched reports whether a file is as it was generated.
func Untouched(file []byte) bool {
	m := stamp.FindSubmatch(file)
	return m != nil && string(m[1]) == fmt.Sprintf("%x", sha256.Sum256(file[len(m[0]):]))
}
