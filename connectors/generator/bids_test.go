package generator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// The bytes are what published figures were measured on.
func TestBidsAreStable(t *testing.T) {
	for name, c := range map[string]struct {
		g    *Bids
		want string
	}{
		"plain":       {NewBids(1), "037ec63a2717c4a4a7d81acfd4a297674843f0a6d4742b2e9f2b0ef917ad2195"},
		"adversarial": {NewAdversarialBids(1), "e89b3efa4cb3f7cf076981e2fbb2cfe243da87da2d55483ed9d9713a1b1e9e2f"},
	} {
		sum := sha256.Sum256(c.g.AppendBids(nil, 10_000))
		if got := hex.EncodeToString(sum[:]); got != c.want {
			t.Errorf("%s: first 10,000 bids of seed 1 hash to %s, want %s", name, got, c.want)
		}
	}
}

func TestBidsDoNotDependOnChunks(t *testing.T) {
	for _, make := range []func(uint64) *Bids{NewBids, NewAdversarialBids} {
		whole, g := make(7).AppendBids(nil, 1000), make(7)
		var parts []byte
		for _, n := range []int{1, 99, 400, 500} {
			parts = g.AppendBids(parts, n)
		}
		if !bytes.Equal(whole, parts) {
			t.Error("bids depend on the chunks")
		}
	}
}

// TestAdversarialMeaning reads both variants with encoding/json.
func TestAdversarialMeaning(t *testing.T) {
	type fields struct {
		Auction  int64  `json:"auction"`
		Bidder   int64  `json:"bidder"`
		Price    int64  `json:"price"`
		Channel  string `json:"channel"`
		URL      string `json:"url"`
		DateTime int64  `json:"dateTime"`
		Extra    string `json:"extra"`
	}
	plain := bytes.Split(NewBids(3).AppendBids(nil, 500), []byte("\n"))
	odd := bytes.Split(NewAdversarialBids(3).AppendBids(nil, 500), []byte("\n"))
	for i := range 500 {
		var want, got fields
		if err := json.Unmarshal(plain[i], &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(odd[i], &got); err != nil {
			t.Fatal(err, string(odd[i]))
		}
		if got != want {
			t.Fatalf("bid %d: got %+v, want %+v", i, got, want)
		}
		if bytes.Equal(plain[i], odd[i]) {
			t.Fatalf("bid %d is written plainly", i)
		}
	}
}
