package json

import "kinesql/operators/batch"

// bets keeps the shapes that records had lately and decodes records that have
// one of them. Where bets are mostly lost it stops betting for a while, so that
// records of no common shape cost little more than exact decoding.
type bets struct {
	shapes []*shape // the most recently won first
	credit int      // what may be lost; none left: pause
	pause  int      // records to go without a bet
	length int      // of the next pause: twice the last, unless a bet was won since
}

const (
	maxShapes   = 8
	startCredit = 64
	minLearning = 16 // credit without which nothing new is learned
	winBet      = 3
	costOfBet   = 2
	costOfLearn = 6
	minPause    = 512
	maxPause    = 16_384
)

func (b *bets) reset() { *b = bets{credit: startCredit, length: minPause} }

// play decodes the record that the block starts with if it has a known shape, and
// returns its size with the newline.
func (b *bets) play(d *decoder, block []byte, out *batch.Builder) (what outcome, size int) {
	if b.pause > 0 {
		if b.pause--; b.pause == 0 {
			b.credit = startCredit / 2
		}
		return lost, 0
	}
	for k, s := range b.shapes {
		if what, size = d.run(s, block, out); what == cut {
			what, size = d.runCut(s, block, out)
		}
		if what == lost {
			continue
		}
		if k > 0 {
			copy(b.shapes[1:k+1], b.shapes[:k])
			b.shapes[0] = s
		}
		if b.credit < startCredit {
			b.credit += winBet
		}
		b.length = minPause
		return what, size
	}
	return lost, 0
}

// learn takes the shape of a record that was read exactly.
func (b *bets) learn(d *decoder, line []byte) {
	if b.pause > 0 {
		return
	}
	if b.credit -= costOfBet; b.credit <= 0 {
		b.pause, b.length = b.length, min(2*b.length, maxPause)
		return
	}
	if b.credit < minLearning {
		return
	}
	b.credit -= costOfLearn
	s := learn(d, line)
	if s == nil {
		return
	}
	if len(b.shapes) < maxShapes {
		b.shapes = append(b.shapes, nil)
	}
	copy(b.shapes[1:], b.shapes)
	b.shapes[0] = s
}
