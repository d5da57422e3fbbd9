package shardlog

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"kinesql/operators/vfs"
)

// Keyring is Keys with the keys in files of a directory:
//
//	master.key   one line, "kinesql-master-key-1 " and 32 random bytes in base64;
//	             made, readable by its owner only, when the first stream is encrypted
//	data.json    the data keys, one per key name, each encrypted under the master key
//
// The master key is all that is secret: keep a copy of it elsewhere, and data.json
// is of no use without it. It may be a file of another disk that is put there by a link.
//
// A sealed payload is
//
//	0      version, 1
//	1..4   number of the data key, little endian
//	5..20  salt
//	21..28 counter, little endian
//	29..   AES-256-GCM of the payload, with its tag of 16 bytes
//
// under a key that HKDF-SHA256 derives from the data key and the salt. Each process draws a
// salt of its own and counts from 0, and draws another after 2^32 payloads. So no nonce is used twice under one key, whatever a
// crash makes it forget. The frame's identity (its stream, shard, counters and times) is authenticated with
// the payload: it cannot be put in the place of another.
type Keyring struct {
	fs  vfs.FS
	dir string

	mu      sync.Mutex
	master  cipher.AEAD // nil: there is none yet
	keys    []dataKey   // by number, from 1
	sealers map[string]*sealer
	opened  map[sessionID]cipher.AEAD
}

// dataKey encrypts payloads of streams whose key has its name.
type dataKey struct {
	name   string
	secret []byte
}

// keptKey is a data key in data.json.
type keptKey struct {
	Number  uint32 `json:"number"`
	Name    string `json:"name"`
	Wrapped []byte `json:"wrapped"` // nonce and AES-256-GCM under the master key
}

type keptKeys struct {
	Version int       `json:"version"`
	Keys    []keptKey `json:"keys"`
}

const (
	masterFile   = "master.key"
	dataFile     = "data.json"
	masterPrefix = "kinesql-master-key-1 "
	keySize      = 32
)

// ErrKey says that what is sealed cannot be opened with the keys there are.
var ErrKey = errors.New("encryption key")

// OpenKeyring reads the keys in a directory, which need not exist. An error says
// that records are encrypted under keys that cannot be read now: nothing is changed, and all is readable again once the
// right master key is back.
func OpenKeyring(fsys vfs.FS, dir string) (*Keyring, error) {
	k := &Keyring{fs: fsys, dir: dir, sealers: map[string]*sealer{}, opened: map[sessionID]cipher.AEAD{}}
	err := k.readMaster()
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	kept, err := readKept(fsys, k.path(dataFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return k, nil
	case err != nil:
		return nil, err
	case missing:
		return nil, fmt.Errorf("%w: %s is missing, and records are encrypted under it: put the file back", ErrKey, k.path(masterFile))
	}
	return k, k.unwrap(kept)
}

func (k *Keyring) path(name string) string { return filepath.Join(k.dir, name) }

// readMaster reads the master key.
func (k *Keyring) readMaster() error {
	b, err := vfs.ReadFile(k.fs, k.path(masterFile))
	if err != nil {
		return err
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(string(b)), masterPrefix)
	secret, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(secret) != keySize {
		// The text itself stays out of the message: it is a secret, or was meant to be.
		return fmt.Errorf("%w: %s holds no master key (want one line, %q and 32 bytes in base64): put the right file back",
			ErrKey, k.path(masterFile), masterPrefix)
	}
	k.master, err = newGCM(secret)
	return err
}

func newGCM(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// unwrap decrypts the data keys.
func (k *Keyring) unwrap(content []byte) error {
	var kept keptKeys
	if err := json.Unmarshal(content, &kept); err != nil {
		return fmt.Errorf("%s: %w", k.path(dataFile), err)
	}
	if kept.Version != 1 {
		return fmt.Errorf("%s: version %d, want 1: %w", k.path(dataFile), kept.Version, errVersion)
	}
	for i, key := range kept.Keys {
		n := k.master.NonceSize()
		if int(key.Number) != i+1 || len(key.Wrapped) < n {
			return fmt.Errorf("%w: %s: key %d is malformed: restore the file from a backup", ErrKey, k.path(dataFile), i+1)
		}
		secret, err := k.master.Open(nil, key.Wrapped[:n], key.Wrapped[n:], key.label())
		if err != nil {
			return fmt.Errorf("%w: %s is not the master key that %s was written under: put the right file back",
				ErrKey, k.path(masterFile), k.path(dataFile))
		}
		k.keys = append(k.keys, dataKey{key.Name, secret})
	}
	return nil
}

// label is authenticated with a wrapped key, so that it passes for no other.
func (k *keptKey) label() []byte { return fmt.Appendf(nil, "kinesql data key %d %s", k.Number, k.Name) }

// number returns the number of the data key of a name, which it makes if need be. The caller holds mu.
func (k *Keyring) number(name string) (uint32, error) {
	if err := k.settle(); err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(k.keys, func(key dataKey) bool { return key.name == name }); i >= 0 {
		return uint32(i + 1), nil
	}
	if k.master == nil {
		if err := k.makeMaster(); err != nil {
			return 0, err
		}
	}
	key := dataKey{name, make([]byte, keySize)}
	rand.Read(key.secret)
	if err := k.keep(append(slices.Clone(k.keys), key)); err != nil {
		return 0, err
	}
	k.keys = append(k.keys, key)
	return uint32(len(k.keys)), nil
}

// settle makes the directory, and makes durable what was read from it: an earlier process may have ended
// before the system had written it, and no payload may outlive its key.
func (k *Keyring) settle() error {
	if err := k.fs.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	return errors.Join(k.fs.SyncDir(filepath.Dir(k.dir)), k.fs.SyncDir(k.dir))
}

// makeMaster makes the master key. It is durable before anything is encrypted under it.
func (k *Keyring) makeMaster() error {
	secret := make([]byte, keySize)
	rand.Read(secret)
	line := masterPrefix + base64.StdEncoding.EncodeToString(secret) + "\n"
	if err := vfs.WriteFile(k.fs, k.path(masterFile), []byte(line), 0o600); err != nil {
		return err
	}
	return k.readMaster()
}

// keep writes the data keys.
func (k *Keyring) keep(keys []dataKey) error {
	kept := keptKeys{Version: 1}
	for i, key := range keys {
		w := keptKey{Number: uint32(i + 1), Name: key.name}
		// A master key wraps a handful of keys: random nonces do not meet.
		nonce := make([]byte, k.master.NonceSize(), 128)
		rand.Read(nonce)
		w.Wrapped = k.master.Seal(nonce, nonce, key.secret, w.label())
		kept.Keys = append(kept.Keys, w)
	}
	b, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		return err
	}
	return writeKept(k.fs, k.path(dataFile), b)
}
