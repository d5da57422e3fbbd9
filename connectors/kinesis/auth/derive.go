package auth

import "sync"

// derivedKeys keeps the keys that secrets have for a day, region and service, which
// cost four HMACs to make. It begins anew when it is full, because who knows the name
// of an access key can name any number of regions with it.
type derivedKeys struct {
	mu    sync.RWMutex
	byKey map[scope][]byte
}

const maxDerived = 4096

// get returns the derived key of a scope.
func (d *derivedKeys) get(key *Key, sc scope) []byte {
	d.mu.RLock()
	k, ok := d.byKey[sc]
	d.mu.RUnlock()
	if ok {
		return k
	}
	k = derive(key.Secret.Reveal(), sc)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byKey == nil || len(d.byKey) >= maxDerived {
		d.byKey = map[scope][]byte{}
	}
	d.byKey[sc] = k
	return k
}

// derive is the signing key of Signature Version 4.
func derive(secret string, sc scope) []byte {
	k := []byte("AWS4" + secret)
	for _, part := range []string{sc.date, sc.region, sc.service, sc.term} {
		k = mac(k, part)
	}
	return k
}
