package access

import (
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/access/accesstest"
	"github.com/xdg-go/scram"
)

func token(t *testing.T, text string) *Token {
	t.Helper()
	made, err := NewToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAuthorizes(t *testing.T) {
	basic := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	s3 := token(t, "s3:cret")
	for header, want := range map[string]bool{
		"Bearer s3:cret": true, "BEARER  s3:cret ": true, "Basic " + basic("ann:s3:cret"): true, "basic " + basic(":s3:cret"): true, "Basic " + strings.TrimRight(basic("a:s3:cret"), "="): true,
		"": false, "Bearer": false, "Bearer ": false, "Bearer s3:cre": false, "Bearer s3:crets": false, "s3:cret": false, "Digest s3:cret": false,
		"Basic s3:cret": false, "Basic " + basic("s3:cret"): false, "Basic " + basic("s3:cret:"): false, "Basic " + basic(""): false,
	} {
		if got := s3.Authorizes(header); got != want {
			t.Errorf("%q: %t", header, got)
		}
	}
	var nobody *Token
	if !nobody.Authorizes("") || !nobody.Is("x") {
		t.Error("without a token somebody is kept out")
	}
}

func TestReadToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(" s3cret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, text, want, err string }{
		{"", "", "", ""}, {file, "", "s3cret", ""}, {file, "other", "s3cret", ""}, {"", " other\n", "other", ""},
		{file + "x", "", "", "read the token: "}, {"", "two words", "", "a character at 3"}, {"", "ü", "", "visible"}, {os.DevNull, "", "", "the token is empty"},
	} {
		got, err := ReadToken(c.file, c.text)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil || (got == nil) != (c.want == "") || got != nil && !got.Is(c.want) {
			t.Errorf("%+v: %v %v", c, got, err)
		}
	}
}

// TestProof: a client of SCRAM that knows the token gets in under any name, and one that does not, does not.
func TestProof(t *testing.T) {
	s3 := token(t, "s3cret")
	for _, c := range []struct {
		user, password string
		in             bool
	}{{"ann", "s3cret", true}, {"", "s3cret", true}, {"a,b=c", "s3cret", true}, {"ann", "s3cre", false}, {"ann", "", false}} {
		client, err := scram.SHA256.NewClientUnprepped(c.user, c.password, "")
		if err != nil {
			t.Fatal(err)
		}
		proof, conversation := s3.Prove(), client.NewConversation()
		answer := ""
		for range 2 {
			if answer, err = conversation.Step(answer); err == nil {
				answer, err = proof.Step(answer)
			}
			if err != nil {
				break
			}
		}
		if (err == nil) != c.in || proof.Done() != c.in {
			t.Errorf("%+v: %v, done %t", c, err, proof.Done())
		}
	}
	for _, message := range []string{"", "n", "n,,n=ann", "p=tls-unique,,n=ann,r=x", "x,,,"} {
		if answer, err := s3.Prove().Step(message); err == nil {
			t.Errorf("%q is answered with %q", message, answer)
		}
	}
}

// TestCertificateIsRenewed: handshakes get what the files hold now, and what they held before if that cannot be used.
func TestCertificateIsRenewed(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := accesstest.Certificate(t, dir, 1)
	var log strings.Builder
	c, err := ReadCertificate(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		c.looked = time.Time{} // as if a second had passed
		given, err := c.Config().GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return given.Leaf.SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Errorf("certificate %d", got)
	}
	accesstest.Certificate(t, dir, 2)
	later(t, certFile, keyFile)
	if got := serial(); got != 2 || !strings.Contains(log.String(), "renewed") {
		t.Errorf("certificate %d after a renewal\n%s", got, log.String())
	}
	if err := os.WriteFile(keyFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := serial(); got != 2 {
			t.Errorf("certificate %d with a broken key", got)
		}
	}
	if err := os.Remove(certFile); err != nil || serial() != 2 {
		t.Errorf("with no file: %v", err)
	}
	if n := strings.Count(log.String(), "cannot be used"); n != 2 {
		t.Errorf("the log tells %d times of files that cannot be used\n%s", n, log.String())
	}
	accesstest.Certificate(t, dir, 3)
	if got := serial(); got != 3 {
		t.Errorf("certificate %d after another renewal", got)
	}
}

// later makes files look as if they had been written a minute later.
func later(t *testing.T, files ...string) {
	t.Helper()
	at := time.Now().Add(time.Minute)
	for _, f := range files {
		if err := os.Chtimes(f, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadCertificate(t *testing.T) {
	if c, err := ReadCertificate("", "", slog.Default()); c != nil || err != nil {
		t.Errorf("%v %v", c, err)
	}
	dir := t.TempDir()
	certFile, keyFile := accesstest.Certificate(t, dir, 1)
	for _, files := range [][2]string{{certFile, ""}, {"", keyFile}, {certFile, certFile}, {certFile, keyFile + "x"}} {
		if _, err := ReadCertificate(files[0], files[1], slog.Default()); err == nil {
			t.Errorf("%v is a certificate", files)
		}
	}
}
