package purchase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"buhuo/internal/ident"
)

// Signet makes the secret ends of links' addresses out of ids and the installation's key,
// and knows its own again. What is made for one purpose opens nothing of another.
type Signet struct {
	key     []byte
	purpose string
}

// NewSignet makes a signet for links of one kind.
func NewSignet(key []byte, purpose string) Signet { return Signet{key, purpose} }

const macSize = 16

// mac binds the id to the installation.
func (s Signet) mac(id ident.ID) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(s.purpose + "\n"))
	h.Write(id[:])
	return h.Sum(nil)[:macSize]
}

// Token is the secret end of the address of the link with that id.
func (s Signet) Token(id ident.ID) string {
	return base64.RawURLEncoding.EncodeToString(append(slices.Clone(id[:]), s.mac(id)...))
}

// Read gives the id in a token that this installation made. It looks at all of the
// token, however much of it is wrong.
func (s Signet) Read(token string) (ident.ID, bool) {
	var id ident.ID
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != len(id)+macSize {
		return ident.Nil, false
	}
	copy(id[:], raw)
	return id, hmac.Equal(raw[len(id):], s.mac(id))
}
