package access

import (
	"crypto/rand"
	"fmt"

	"github.com/xdg-go/scram"
)

// scramRounds is how often the token is hashed: PostgreSQL's own number. A token is no word from a dictionary, so that more would protect nothing.
const scramRounds = 4096

// verifier is what a server keeps of a token to recognise it in a proof: not the token itself.
type verifier struct{ server *scram.Server }

func newVerifier(token string) (*verifier, error) {
	client, err := scram.SHA256.NewClientUnprepped("", token, "")
	if err != nil {
		return nil, fmt.Errorf("prepare the token for SCRAM: %w", err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	kept, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(salt), Iters: scramRounds})
	if err != nil {
		return nil, fmt.Errorf("prepare the token for SCRAM: %w", err)
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return kept, nil })
	if err != nil {
		return nil, fmt.Errorf("prepare the token for SCRAM: %w", err)
	}
	return &verifier{server}, nil
}

// SCRAM is the mechanism of Proof, as SASL names it.
const SCRAM = "SCRAM-SHA-256"

// Proof is one client's proof that it knows the token, step by step, whatever its user is called.
//
//	client   client-first ─►              client-final ─►
//	server                ◄─ server-first               ◄─ server-final
type Proof struct{ conversation *scram.ServerConversation }

// Prove begins a proof. The token must not be nil.
func (t *Token) Prove() *Proof { return &Proof{t.scram.server.NewConversation()} }

// Step answers a message of the client's. An error means that the client does not know the token, or does not speak SCRAM.
func (p *Proof) Step(message string) (answer string, err error) {
	if answer, err = p.conversation.Step(message); err != nil {
		return "", fmt.Errorf("%s: %w", SCRAM, err)
	}
	return answer, nil
}

// Done reports whether the client has proved that it knows the token.
func (p *Proof) Done() bool { return p.conversation.Done() && p.conversation.Valid() }
