package auth

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// WriteKeys writes a key file that only its owner can read, in place of the one that is
// there, in one step.
func WriteKeys(path string, keys []Key) error {
	file := keyFile{Keys: make([]entry, len(keys))}
	for i, k := range keys {
		e := entry{
			AccessKeyID: k.AccessKeyID, SecretAccessKey: k.Secret.Reveal(), Account: k.Account,
			User: k.User, SessionToken: k.SessionToken.Reveal(), Policy: k.Policy,
		}
		if !k.Expires.IsZero() {
			e.Expires = &k.Expires
		}
		if _, err := e.key(); err != nil {
			return fmt.Errorf("key %d (%s): %w", i+1, k.AccessKeyID, err)
		}
		file.Keys[i] = e
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	return replace(path, append(text, '\n'))
}

// replace writes a file beside path and renames it: a server that watches path never
// reads half a file.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-") // with mode 0600
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error counts
		return fmt.Errorf("key file: %w", err)
	}
	return nil
}
