package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Token is the word that clients must know. Nil lets everybody in.
type Token struct {
	text  string
	hash  [sha256.Size]byte
	scram *verifier
}

// NewToken makes a token of a text, which must be of visible ASCII characters, so that it fits into any header.
func NewToken(text string) (*Token, error) {
	if text == "" {
		return nil, errors.New("the token is empty")
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return nil, fmt.Errorf("the token has a character at %d that is no visible one of ASCII: use letters and digits, such as `openssl rand -hex 32` gives", i)
		}
	}
	t := &Token{text: text, hash: sha256.Sum256([]byte(text))}
	var err error
	t.scram, err = newVerifier(text)
	return t, err
}

// ReadToken reads a token from a file, without the white space around it; without a file it takes the text given, which may come from the
// environment. If both are empty there is no token.
func ReadToken(file, text string) (*Token, error) {
	text = strings.TrimSpace(text)
	if file == "" && text == "" {
		return nil, nil
	}
	if file == "" {
		return NewToken(text)
	}
	read, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	t, err := NewToken(strings.TrimSpace(string(read)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// String is the token itself, for those who send it.
func (t *Token) String() string { return t.text }

// Is reports whether a word is the token. How long that takes says nothing about it.
func (t *Token) Is(word string) bool {
	if t == nil {
		return true
	}
	hash := sha256.Sum256([]byte(word))
	return subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}

// Authorizes reports whether the value of an Authorization header has the token: as Bearer TOKEN, or as the password of Basic, whatever the
// user is called.
func (t *Token) Authorizes(header string) bool {
	if t == nil {
		return true
	}
	scheme, given, _ := strings.Cut(header, " ")
	given = strings.TrimSpace(given)
	switch strings.ToLower(scheme) {
	case "bearer":
		return t.Is(given)
	case "basic":
		decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(given, "=")) // Arrow's clients do not pad it
		_, password, found := strings.Cut(string(decoded), ":")
		return err == nil && found && t.Is(password)
	}
	return false
}
