package pgwire

import (
	"crypto/tls"
	"errors"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/connectors/access"
)

// answerSSL begins TLS, where there is a certificate. An error ends the connection.
func (c *connection) answerSSL() error {
	config := c.server.options.TLS
	if config == nil {
		_, err := c.conn.Write([]byte{'N'})
		return err
	}
	if _, secured := c.conn.(*tls.Conn); secured {
		return errors.New("pgwire: TLS was asked for twice")
	}
	if c.in.Buffered() > 0 { // somebody between may have put it there, to be taken for what comes over TLS
		return errors.New("pgwire: there is more behind the request for TLS")
	}
	if _, err := c.conn.Write([]byte{'S'}); err != nil {
		return err
	}
	secured := tls.Server(c.conn, config)
	if err := secured.HandshakeContext(c.ctx); err != nil {
		return err
	}
	c.speakOver(secured)
	return nil
}

// authenticate has the client prove that it knows the token, if there is one. The password does not cross the wire.
//
//	client          SASLInitialResponse ─►                  SASLResponse ─►
//	server   ◄─ SASL                      ◄─ SASLContinue                  ◄─ SASLFinal
func (c *connection) authenticate() *fault {
	if _, secured := c.conn.(*tls.Conn); c.server.options.TLS != nil && !secured {
		return newFault(stateAuthorization, "this Weir takes connections over TLS only: sslmode=require, or sslmode=verify-full with the issuer's certificate")
	}
	if c.server.options.Token == nil {
		return nil
	}
	c.wire.Send(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{access.SCRAM}})
	if err := c.prove(c.server.options.Token.Prove()); err != nil {
		return newFault(statePassword, "the password is wrong: it must be Weir's token ("+err.Error()+")")
	}
	return nil
}

// prove goes through the messages of a proof.
func (c *connection) prove(p *access.Proof) error {
	answer, err := c.hear(pgproto3.AuthTypeSASL, p)
	if err != nil {
		return err
	}
	c.wire.Send(&pgproto3.AuthenticationSASLContinue{Data: []byte(answer)})
	if answer, err = c.hear(pgproto3.AuthTypeSASLContinue, p); err != nil {
		return err
	}
	if !p.Done() {
		return errors.New("the proof is not complete")
	}
	c.wire.Send(&pgproto3.AuthenticationSASLFinal{Data: []byte(answer)})
	return nil
}

// hear sends what waits, and takes the client's next step.
func (c *connection) hear(kind uint32, p *access.Proof) (answer string, err error) {
	if err := c.flush(); err != nil {
		return "", err
	}
	if err := c.wire.SetAuthType(kind); err != nil {
		return "", err
	}
	message, err := c.wire.Receive()
	if err != nil {
		return "", err
	}
	switch m := message.(type) {
	case *pgproto3.SASLInitialResponse:
		if m.AuthMechanism != access.SCRAM {
			return "", errors.New("the mechanism is " + m.AuthMechanism + ", not " + access.SCRAM)
		}
		return p.Step(string(m.Data))
	case *pgproto3.SASLResponse:
		return p.Step(string(m.Data))
	}
	return "", errors.New("no proof came")
}
