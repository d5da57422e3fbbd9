package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"time"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// iterator is a place in a shard and when it was handed out. A client sees
//
//	version, 8 | nonce, 12 | AES-GCM of: time, 8 | stream, 4 | shard, 4 | place, 8 | name | zeros | tag, 16
//
// in base64, as long as AWS's: 152 bytes and 16 more for each 16 of the name. The
// scope is authenticated with it, so an iterator is of no use in another account or region.
type iterator struct {
	made   int64 // ms since 1970
	stream shard.StreamID
	shard  uint32
	next   uint64 // counter of the record to begin with
	name   string // of the stream
}

const (
	iteratorVersion = 1
	iteratorLife    = 5 * time.Minute
	iteratorFixed   = 8 + 4 + 4 + 8
	nonceSize       = 12
	tagSize         = 16
)

// iteratorKey makes the key of iterators when it is first needed and keeps it with
// the log, so iterators outlive a restart.
type iteratorKey struct {
	mu   sync.Mutex
	aead cipher.AEAD
}

const iteratorKeyDocument = "kinesis/iterator-key"

func (k *iteratorKey) get(log shard.Log) (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.aead != nil {
		return k.aead, nil
	}
	key, err := log.Document(iteratorKeyDocument)
	if err != nil {
		return nil, err
	}
	if len(key) != 32 {
		key = make([]byte, 32)
		rand.Read(key)
		if err := log.PutDocument(iteratorKeyDocument, key); err != nil {
			return nil, err
		}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	k.aead, err = cipher.NewGCM(block)
	return k.aead, err
}

// newIterator seals a place that is read from now on.
func (s *Server) newIterator(v *view, index uint32, next uint64) (string, error) {
	return s.seal(v.Scope, iterator{made: s.cfg.Now().UnixMilli(), stream: v.ID, shard: index, next: next, name: v.Name})
}

func (s *Server) seal(scope shard.Scope, it iterator) (string, error) {
	aead, err := s.iteratorKey.get(s.cfg.Log)
	if err != nil {
		return "", err
	}
	total := 152 + (len(it.name)+2)/16*16
	b := make([]byte, total)
	binary.BigEndian.PutUint64(b, iteratorVersion)
	nonce := b[8 : 8+nonceSize]
	rand.Read(nonce)
	plain := b[8+nonceSize : total-tagSize]
	binary.BigEndian.PutUint64(plain, uint64(it.made))
	binary.BigEndian.PutUint32(plain[8:], uint32(it.stream))
	binary.BigEndian.PutUint32(plain[12:], it.shard)
	binary.BigEndian.PutUint64(plain[16:], it.next)
	copy(plain[iteratorFixed:], it.name)
	aead.Seal(plain[:0], nonce, plain, scopeData(scope))
	return base64.StdEncoding.EncodeToString(b), nil
}

func scopeData(scope shard.Scope) []byte { return []byte(scope.Account + "/" + scope.Region) }

// openIterator reads an iterator of the scope. Quotes around it, which come with
// copying from a terminal, are no part of it.
func (s *Server) openIterator(scope shard.Scope, text string) (iterator, error) {
	var it iterator
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	b, err := strictBase64.DecodeString(text)
	if err != nil || len(b) < 152 || len(b) > 280 || binary.BigEndian.Uint64(b) != iteratorVersion {
		return it, invalidIterator()
	}
	aead, err := s.iteratorKey.get(s.cfg.Log)
	if err != nil {
		return it, err
	}
	plain, err := aead.Open(nil, b[8:8+nonceSize], b[8+nonceSize:], scopeData(scope))
	if err != nil {
		return it, invalidIterator()
	}
	it.made = int64(binary.BigEndian.Uint64(plain))
	it.stream = shard.StreamID(binary.BigEndian.Uint32(plain[8:]))
	it.shard = binary.BigEndian.Uint32(plain[12:])
	it.next = binary.BigEndian.Uint64(plain[16:])
	it.name = strings.TrimRight(string(plain[iteratorFixed:]), "\x00")
	return it, s.checkAge(it)
}

// checkAge refuses an iterator that is older than iterators live.
func (s *Server) checkAge(it iterator) error {
	now := s.cfg.Now()
	made := time.UnixMilli(it.made)
	if now.Sub(made) <= iteratorLife {
		return nil
	}
	return wire.Errorf("ExpiredIteratorException",
		"Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future than the tolerated delay of %d milliseconds.",
		amzTime(made), amzTime(now), iteratorLife.Milliseconds())
}

// amzTime is a time as messages show it: Thu Jan 22 01:22:02 UTC 2015.
func amzTime(t time.Time) string { return t.UTC().Format("Mon Jan 02 15:04:05 MST 2006") }

func invalidIterator() *wire.Error {
	return wire.Errorf(codeInvalidArgument, "Invalid ShardIterator.")
}

// noShard says that a stream, or a shard of it, does not exist, as actions that
// read put it.
func noShard(scope shard.Scope, stream, shardID string) *wire.Error {
	return wire.Errorf(codeNotFound, "Shard %s in stream %s under account %s does not exist", shardID, stream, scope.Account)
}

// readable finds a shard to read, and its stream, in any state but CREATING, when
// it has no shards yet.
func (s *Server) readable(c *Caller, name, arn *string, shardID string) (*view, *shard.Shard, error) {
	scope, stream, err := address(c.Scope, name, arn)
	if err != nil {
		return nil, nil, err
	}
	index, ok := shardIndex(shardID)
	if !ok {
		return nil, nil, wire.Errorf(codeNotFound, "Could not find shard %s in stream %s under account %s.", shardID, stream, scope.Account)
	}
	v, err := s.find(scope, stream)
	if isNotFound(err) {
		return nil, nil, noShard(scope, stream, shard.Name(index))
	}
	if err != nil {
		return nil, nil, err
	}
	sh := v.Shard(index)
	if sh == nil || !v.born() {
		return nil, nil, noShard(scope, stream, shard.Name(index))
	}
	return v, sh, nil
}

// isNotFound reports whether an error tells the client that a resource does not exist.
func isNotFound(err error) bool {
	e, ok := err.(*wire.Error)
	return ok && e.Code == codeNotFound
}
