package access

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how long the files of a certificate are taken to be as they were.
const lookEvery = time.Second

// Certificate is a server's certificate with its key. Handshakes get the newest one that its files hold: a renewal needs no restart.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  [2]stamp // of the files that loaded is of
	failed [2]stamp // of files that could not be loaded, so that the log has it once
	looked time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

// ReadCertificate reads a certificate, with those of its issuers behind it, and its key, both in PEM. Without both files there is none, and the
// result is nil. The log hears of renewals.
func ReadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil
	}
	if certFile == "" || keyFile == "" {
		return nil, errors.New("a certificate needs its key, and a key its certificate: give both files")
	}
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, looked: time.Now()}
	if err := c.load(c.look()); err != nil {
		return nil, err
	}
	return c, nil
}

// Config is a configuration of TLS with the certificate, for TLS 1.2 and later.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil }}
}

// current is the newest certificate. Where its files cannot be used, the one before goes on.
func (c *Certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookEvery {
		return c.loaded
	}
	c.looked = time.Now()
	c.renew()
	return c.loaded
}

func (c *Certificate) renew() {
	now := c.look()
	if now == c.stamp || now == c.failed {
		return
	}
	if err := c.load(now); err != nil {
		c.failed = now
		c.log.Error("the certificate has changed, and cannot be used; the one before goes on", "error", err)
		return
	}
	c.log.Info("the certificate is renewed", "file", c.certFile)
}

// look says what the files are now.
func (c *Certificate) look() (now [2]stamp) {
	for i, file := range []string{c.certFile, c.keyFile} {
		now[i].size = -1 // it is not there
		if info, err := os.Stat(file); err == nil {
			now[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return now
}

func (c *Certificate) load(now [2]stamp) error {
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate of %s and %s: %w", c.certFile, c.keyFile, err)
	}
	c.loaded, c.stamp = &loaded, now
	return nil
}
