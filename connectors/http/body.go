package http

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	nethttp "net/http"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// body reads a request's body, uncompressed.
func (s *source) body(r *nethttp.Request) ([]byte, error) {
	var in io.Reader = r.Body
	switch coding := strings.ToLower(r.Header.Get("Content-Encoding")); coding {
	case "", "identity":
		if r.ContentLength > s.maxBody {
			return nil, s.tooLong()
		}
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, unreadable(fmt.Errorf("Content-Encoding is gzip: %w", err))
		}
		in = z
	default:
		return nil, &refusal{status: nethttp.StatusUnsupportedMediaType, Code: "encoding", Message: "Content-Encoding: " + coding + " is not known; allowed is gzip"}
	}
	text, err := io.ReadAll(io.LimitReader(in, s.maxBody+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if int64(len(text)) > s.maxBody {
		return nil, s.tooLong()
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil
}

func (s *source) tooLong() error {
	return &refusal{status: nethttp.StatusRequestEntityTooLarge, Code: "too_long",
		Message: fmt.Sprintf("the body has more than %d bytes: send it in parts, or raise max_body of source %s", s.maxBody, s.name)}
}

func unreadable(err error) error {
	status := nethttp.StatusBadRequest
	if errors.Is(err, os.ErrDeadlineExceeded) {
		status = nethttp.StatusRequestTimeout
	}
	return &refusal{status: status, Code: "body", Message: "read the body: " + err.Error()}
}
