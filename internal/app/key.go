package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// KeyName is the file of the installation's key in the folder of a SQLite database.
const KeyName = "key"

// leastKey is how many characters of a key are enough to be one.
const leastKey = 32

// Key reads the installation's key, of which the secrets in suppliers' links are made.
// It stands in a file of its own, so that a copy of the database opens no link. file is
// its path; empty: beside a SQLite database, and nowhere for PostgreSQL, whose machines
// must share one. A file that is not there is made. nil: there is no key.
func Key(target, file string) ([]byte, error) {
	if file == "" {
		if strings.Contains(target, "://") {
			return nil, nil
		}
		file = filepath.Join(target, KeyName)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		text, err = makeKey(file)
	}
	if err != nil {
		return nil, fmt.Errorf("the installation's key: %w", err)
	}
	if text = []byte(strings.TrimSpace(string(text))); len(text) < leastKey {
		return nil, fmt.Errorf("the installation's key in %s has fewer than %d characters", file, leastKey)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// makeKey writes a new key, unless somebody else does so first.
func makeKey(file string) ([]byte, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return os.ReadFile(file)
	}
	if err != nil {
		return nil, err
	}
	text := hex.EncodeToString(raw) + "\n"
	_, err = f.WriteString(text)
	return []byte(text), errors.Join(err, f.Sync(), f.Close())
}

// PublicURL checks the address at which suppliers reach the installation, such as
// https://buhuo.example.
func PublicURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("%q is no address such as https://buhuo.example", text)
	}
	return u.Scheme + "://" + u.Host, nil
}
