package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
)

func linesOf(t *testing.T, in input, seed uint64, n int64) [][]byte {
	t.Helper()
	var text bytes.Buffer
	if err := in.write(context.Background(), &text, seed, n); err != nil {
		t.Fatal(err)
	}
	out := bytes.SplitAfter(text.Bytes(), []byte("\n"))
	return out[:len(out)-1]
}

// TestBytesAreStable keeps figures comparable from one version to the next.
func TestBytesAreStable(t *testing.T) {
	for _, c := range []struct {
		in   input
		want string
	}{
		{bidsInput, "a11dc0b387630f4e59953f06eb80ff6a"},
		{adversarialInput, "a1dc42f84cf7ed20062b58322927c3b4"},
	} {
		h := sha256.New()
		for _, line := range linesOf(t, c.in, 1, 10_000) {
			h.Write(line)
		}
		if got := hex.EncodeToString(h.Sum(nil)[:16]); got != c.want {
			t.Errorf("the first 10,000 %s of seed 1 hash to %s, want %s", c.in.name, got, c.want)
		}
	}
}

func TestBids(t *testing.T) {
	const n = 40_000
	var hotAuction, hotBidder, size, disordered int
	var greatest int64
	for _, line := range linesOf(t, bidsInput, 3, n) {
		var bid struct {
			Auction, Bidder, Price, DateTime int64
			Channel, URL, Extra              string
		}
		if err := json.Unmarshal(line, &bid); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if bid.DateTime < greatest {
			disordered++
		}
		if late := greatest - bid.DateTime; late > 1000 {
			t.Fatalf("a bid is %d ms late", late)
		}
		greatest = max(greatest, bid.DateTime)
		if bid.Auction%100 == 0 {
			hotAuction++
		}
		if bid.Bidder%100 == 1 {
			hotBidder++
		}
		if bid.Price < 100 || bid.Price > 100_000_000 || bid.Channel == "" || bid.URL == "" || bid.Extra == "" {
			t.Fatalf("bid %s", line)
		}
		size += len(line)
	}
	if hotAuction < n*48/100 || hotAuction > n*54/100 {
		t.Errorf("%d of %d bids on hot auctions, want about half", hotAuction, n)
	}
	if hotBidder < n*73/100 || hotBidder > n*78/100 {
		t.Errorf("%d of %d bids by hot bidders, want about three in four", hotBidder, n)
	}
	if mean := size / n; mean < 245 || mean > 260 {
		t.Errorf("%d bytes a record, want about 252", mean)
	}
	if disordered < n/4 {
		t.Errorf("%d of %d bids are out of order, want many", disordered, n)
	}
}

// TestAdversarial checks that the records are correct JSON, and as bad as they
// should be.
func TestAdversarial(t *testing.T) {
	shapes := map[string]bool{}
	missing, escaped := 0, 0
	const n = 2000
	for _, line := range linesOf(t, adversarialInput, 3, n) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if _, ok := record["price"]; !ok {
			missing++
		}
		for _, key := range []string{"auction", "dateTime", "extra"} {
			if record[key] == nil {
				t.Fatalf("no %s in %s", key, line)
			}
		}
		for _, b := range line {
			if b == '\\' {
				escaped++
				break
			}
		}
		shapes[shape(line)] = true
	}
	if len(shapes) < n*9/10 || missing < n/20 || escaped < n*9/10 {
		t.Errorf("of %d records %d have a shape of their own, %d lack the price, %d have escapes", n, len(shapes), missing, escaped)
	}
}

// shape is a line without its letters and digits.
func shape(line []byte) string {
	var out []byte
	for _, b := range line {
		if b < '0' || b > '9' && b < 'A' {
			out = append(out, b)
		}
	}
	return string(out)
}

func TestEventsKeepOrderAndSpan(t *testing.T) {
	e := events{seed: 1, n: 100_000}
	last := e.at(0)
	seen := map[int64]int{}
	for i := range e.n {
		at := e.at(i)
		if at < last {
			t.Fatalf("event %d is at %s, after one at %s", i, at, last)
		}
		last = at
		key, value := e.key(i)
		if key < 0 || key >= hopKeys || value < 0 || value > 1023 {
			t.Fatalf("event %d has key %d, value %d", i, key, value)
		}
		seen[key]++
	}
	if span := last - e.at(0); span < hopSpan*99/100 || span > hopSpan {
		t.Errorf("events span %d, want %d", span, hopSpan)
	}
	if hot := seen[0]; hot < 1000 || hot > 2500 {
		t.Errorf("the most frequent key has %d of %d events, want about 1.6 %%", hot, e.n)
	}
	for _, i := range []int64{0, 1, 777, e.n - 1} {
		if got := e.first(e.at(i)); e.at(got) != e.at(i) || got > i || got > 0 && e.at(got-1) >= e.at(i) {
			t.Errorf("the first event at %s is %d, want %d or one of the same time", e.at(i), got, i)
		}
	}
}
