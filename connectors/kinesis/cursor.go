package kinesis

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// cursor is a place in a shard behind an endpoint.
type cursor struct {
	service *remote
	shard   Shard
	from    From
	opened  time.Time
	last    string // reading goes on behind this sequence number; empty: at from
}

// position is where reading goes on, in the words of the service. What is behind
// LATEST, when that has passed and nothing was read, is found by its time.
func (c *cursor) position() types.StartingPosition {
	switch {
	case c.last != "":
		return types.StartingPosition{Type: types.ShardIteratorTypeAfterSequenceNumber, SequenceNumber: aws.String(c.last)}
	case c.from.Place == AtTimestamp:
		return types.StartingPosition{Type: types.ShardIteratorTypeAtTimestamp, Timestamp: aws.Time(c.from.Time)}
	case c.from.Place == Latest:
		return types.StartingPosition{Type: types.ShardIteratorTypeLatest}
	}
	return types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}
}

// passed notes that the place LATEST was taken and lost again.
func (c *cursor) passed() {
	if c.last == "" && c.from.Place == Latest {
		c.from.Place, c.from.Time = AtTimestamp, c.opened
	}
}

// page makes a page of what the service sent. behind is its MillisBehindLatest.
func (c *cursor) page(records []types.Record, behind *int64) Page {
	records, cut := c.before(records)
	out := Page{Records: make([]shard.Record, len(records))}
	numbers := make([]string, len(records))
	for i, r := range records {
		numbers[i] = aws.ToString(r.SequenceNumber)
		out.Records[i] = shard.Record{
			Arrival: aws.ToTime(r.ApproximateArrivalTimestamp).UnixMilli(), Key: []byte(aws.ToString(r.PartitionKey)), Data: r.Data,
		}
	}
	out.Number = func(i int) string { return numbers[i] }
	if n := len(numbers); n > 0 {
		c.last = numbers[n-1]
	}
	if out.Place = c.last; aws.ToInt64(behind) > 0 {
		out.Unread = c.service.clock.Now().UnixMilli() - *behind
	}
	out.End = c.from.Bounded && (cut || behind != nil && *behind == 0)
	return out
}

// before cuts off what came after a bounded reading began.
func (c *cursor) before(records []types.Record) (kept []types.Record, cut bool) {
	for i, r := range records {
		if c.from.Bounded && aws.ToTime(r.ApproximateArrivalTimestamp).After(c.shard.until) {
			return records[:i], true
		}
	}
	return records, false
}
