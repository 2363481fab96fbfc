package purchase

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"buhuo/internal/tenant"
)

var errSeal = errors.New("purchase: sealed with another key, or changed")

// box closes secrets of a shop with a key of its own, made of the installation's.
func (s *Service) box() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, s.posts.key, nil, "buhuo mail password 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal closes a secret so that it opens for that shop and purpose only; nil for none.
func (s *Service) seal(in tenant.ShopID, purpose, secret string) ([]byte, error) {
	if secret == "" {
		return nil, nil
	}
	box, err := s.box()
	if err != nil {
		return nil, err
	}
	return box.Seal(nil, nil, []byte(secret), labelled(in, purpose)), nil
}

func (s *Service) unseal(in tenant.ShopID, purpose string, sealed []byte) (string, error) {
	box, err := s.box()
	if err != nil {
		return "", err
	}
	secret, err := box.Open(nil, nil, sealed, labelled(in, purpose))
	if err != nil {
		return "", errSeal
	}
	return string(secret), nil
}

func labelled(in tenant.ShopID, purpose string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(in)), purpose...)
}
