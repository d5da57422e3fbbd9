package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// Key is one entry of a key file.
type Key struct {
	AccessKeyID  string
	Secret       Secret
	Account      string
	User         string
	Expires      time.Time // zero: never
	SessionToken Secret
	Policy       *Policy // nil: everything is allowed
}

// entry is a Key as the file spells it.
type entry struct {
	AccessKeyID     string     `json:"accessKeyId"`
	SecretAccessKey string     `json:"secretAccessKey"`
	Account         string     `json:"account,omitempty"`
	User            string     `json:"user,omitempty"`
	Expires         *time.Time `json:"expires,omitempty"`
	SessionToken    string     `json:"sessionToken,omitempty"`
	Policy          *Policy    `json:"policy,omitempty"`
}

type keyFile struct {
	Keys []entry `json:"keys"`
}

// maxKeyFile bounds the size of a key file.
const maxKeyFile = 16 << 20

// ReadKeys reads a key file. Errors name the file and the entry, never a secret.
func ReadKeys(path string) ([]Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if err := checkMode(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	keys, err := parseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return keys, nil
}

// checkMode refuses a file that others may read or write.
func checkMode(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("key file %s: it is no regular file", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("key file %s: others may read or write it (mode %04o): run chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

func parseKeys(text []byte) ([]Key, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields() // a misspelt "expires" must not make a key good for ever
	var file keyFile
	if err := d.Decode(&file); err != nil {
		return nil, hideText(err)
	}
	if d.More() {
		return nil, errors.New("something follows the JSON object")
	}
	keys, seen := make([]Key, 0, len(file.Keys)), map[string]bool{}
	for i := range file.Keys {
		k, err := file.Keys[i].key()
		if err == nil && seen[k.AccessKeyID] {
			err = errors.New("the access key is in the file twice")
		}
		if err != nil {
			return nil, fmt.Errorf("key %d (%s): %w", i+1, file.Keys[i].AccessKeyID, err)
		}
		seen[k.AccessKeyID] = true
		keys = append(keys, k)
	}
	return keys, nil
}

// hideText leaves out of an error of JSON what could be part of a secret.
func hideText(err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	var parse *time.ParseError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("malformed JSON: it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Errorf("%s at byte %d: want %s, not %s", typ.Field, typ.Offset, typ.Type, typ.Value)
	case errors.As(err, &parse):
		return errors.New("expires: want a time such as 2027-01-01T00:00:00Z")
	}
	return err
}

// key checks an entry.
func (e *entry) key() (Key, error) {
	k := Key{
		AccessKeyID: e.AccessKeyID, Secret: Secret(e.SecretAccessKey), Account: e.Account,
		User: e.User, SessionToken: Secret(e.SessionToken), Policy: e.Policy,
	}
	if k.AccessKeyID == "" || len(k.AccessKeyID) > 128 || !isWord(k.AccessKeyID) {
		return k, errors.New("accessKeyId: want 1 to 128 letters, digits and _")
	}
	if k.Secret == "" {
		return k, errors.New("secretAccessKey: it is missing")
	}
	if k.Account == "" {
		k.Account = DefaultAccount
	}
	if !isAccount(k.Account) {
		return k, fmt.Errorf("account %q: want twelve digits", k.Account)
	}
	if e.Expires != nil {
		k.Expires = *e.Expires
	}
	if k.Policy != nil {
		return k, k.Policy.check()
	}
	return k, nil
}

// isWord reports whether a text has only letters, digits and underscores.
func isWord(text string) bool {
	for _, c := range []byte(text) {
		if !unreserved(c) || c == '-' || c == '.' || c == '~' {
			return false
		}
	}
	return true
}
