package json

type bets struct{}

func (b *bets) reset()                                      {}
func (b *bets) play(d *decoder, line []byte, n int) outcome { return lost }
func (b *bets) learn(d *decoder, line []byte)               {}
