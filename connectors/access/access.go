// Package access says who may reach Weir's servers: those who know a token, over TLS where there is a certificate. The servers of HTTP, of the
// PostgreSQL protocol and of Flight SQL ask it.
//
//	token.go        one word that all clients must know, compared in constant time
//	scram.go        the same word as a password that never crosses the wire (SCRAM-SHA-256)
//	certificate.go  a certificate that is read again when its files change
//
// To add a way of proving who one is: a file with a method of Token.
package access
