package shardlog

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

const (
	sealVersion = 1
	saltSize    = 16
	sealedHead  = 1 + 4 + saltSize + 8
)

// sessionID says which key a payload is sealed under.
type sessionID struct {
	number uint32
	salt   [saltSize]byte
}

// sealer seals payloads under a key that no other process has, so that counting makes nonces that are used once.
type sealer struct {
	id      sessionID
	aead    cipher.AEAD
	counter uint64
}

// maxSessions bounds the keys that are held to open payloads: each process that wrote to the log had its own.
const maxSessions = 1024

var _ Keys = (*Keyring)(nil)

// Seal implements Keys.
func (k *Keyring) Seal(dst []byte, key string, payload, identity []byte) ([]byte, error) {
	id, counter, aead, err := k.next(key)
	if err != nil {
		return dst, fmt.Errorf("encrypt under key %q: %w", key, err)
	}
	nonce := nonceOf(counter)
	dst = append(dst, sealVersion)
	dst = binary.LittleEndian.AppendUint32(dst, id.number)
	dst = append(dst, id.salt[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, counter)
	return aead.Seal(dst, nonce[:], payload, identity), nil
}

// next returns the key and the counter for one payload, and for no other.
func (k *Keyring) next(name string) (sessionID, uint64, cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sealers[name]
	if s == nil || s.counter > math.MaxUint32 {
		number, err := k.number(name)
		if err != nil {
			return sessionID{}, 0, nil, err
		}
		s = &sealer{id: sessionID{number: number}}
		rand.Read(s.id.salt[:])
		if s.aead, err = k.session(s.id); err != nil {
			return sessionID{}, 0, nil, err
		}
		k.sealers[name] = s
	}
	s.counter++
	return s.id, s.counter - 1, s.aead, nil
}

// session derives a key. The caller holds mu.
func (k *Keyring) session(id sessionID) (cipher.AEAD, error) {
	if aead := k.opened[id]; aead != nil {
		return aead, nil
	}
	if id.number == 0 || uint64(id.number) > uint64(len(k.keys)) {
		return nil, fmt.Errorf("%w: %s has no key %d: restore the file from a backup", ErrKey, k.path(dataFile), id.number)
	}
	secret, err := hkdf.Key(sha256.New, k.keys[id.number-1].secret, id.salt[:], "kinesql frame", keySize)
	if err != nil {
		return nil, err
	}
	aead, err := newGCM(secret)
	if err != nil {
		return nil, err
	}
	if len(k.opened) >= maxSessions {
		clear(k.opened)
	}
	k.opened[id] = aead
	return aead, nil
}

// Open implements Keys.
func (k *Keyring) Open(dst, sealed, identity []byte) ([]byte, error) {
	if len(sealed) < sealedHead || sealed[0] != sealVersion {
		return dst, fmt.Errorf("%w: the payload is not sealed in a known form", ErrKey)
	}
	id := sessionID{number: binary.LittleEndian.Uint32(sealed[1:])}
	copy(id.salt[:], sealed[5:])
	k.mu.Lock()
	aead, err := k.session(id)
	k.mu.Unlock()
	if err != nil {
		return dst, err
	}
	nonce := nonceOf(binary.LittleEndian.Uint64(sealed[sealedHead-8:]))
	out, err := aead.Open(dst, nonce[:], sealed[sealedHead:], identity)
	if err != nil {
		return dst, fmt.Errorf("%w: the payload was sealed for another place or under another key %d", ErrKey, id.number)
	}
	return out, nil
}

func nonceOf(counter uint64) (nonce [12]byte) {
	binary.LittleEndian.PutUint64(nonce[:], counter)
	return nonce
}
