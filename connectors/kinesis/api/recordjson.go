package api

import (
	"encoding/base64"
	"encoding/json"
	"strconv"

	"kinesql/connectors/shard"
)

// recordOverhead is about how long a record is in JSON without its data and key.
const recordOverhead = 200

// sizeJSON guesses how much memory the records need in JSON.
func (r *reading) sizeJSON() int {
	n := 1024 // all that is around them
	for i := range r.page.Records {
		rec := &r.page.Records[i]
		n += recordOverhead + len(rec.Key) + base64.StdEncoding.EncodedLen(len(rec.Data))
	}
	return n
}

// appendRecords appends the records as a JSON list.
func (r *reading) appendRecords(b []byte) []byte {
	var number shard.Decimal
	var next uint64 // the counter that number is of
	second := int64(-1)
	encrypted := r.view.KeyID != ""
	b = append(b, '[')
	for i := range r.page.Records {
		rec := &r.page.Records[i]
		if rec.Counter != next || rec.Arrival/1000 != second {
			number, next, second = r.shard.Sequence(rec.Counter, rec.Arrival).Decimal(), rec.Counter, rec.Arrival/1000
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"SequenceNumber":"`...)
		b = number.Append(b)
		b = append(b, `","ApproximateArrivalTimestamp":`...)
		b = appendSeconds(b, rec.Arrival)
		b = append(b, `,"Data":"`...)
		b = appendBase64(b, rec.Data)
		b = append(b, `","PartitionKey":`...)
		b = appendText(b, rec.Key)
		if encrypted {
			b = append(b, `,"EncryptionType":"KMS"`...)
		}
		b = append(b, '}')
		number.Next()
		next++
	}
	return append(b, ']')
}

// appendSeconds appends a time in ms as seconds with three decimals.
func appendSeconds(b []byte, ms int64) []byte {
	b = strconv.AppendInt(b, ms/1000, 10)
	ms %= 1000
	return append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// appendText appends a text as a JSON string.
func appendText(b, text []byte) []byte {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(string(text))
			if err != nil { // cannot be: it is a string
				panic(err)
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

// appendChildren appends the member ChildShards if there are any.
func (r *reading) appendChildren(b []byte) []byte {
	for i, child := range r.children {
		if i == 0 {
			b = append(b, `,"ChildShards":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendChild(b, child)
	}
	if len(r.children) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendChild(b []byte, sh *shard.Shard) []byte {
	b = append(b, `{"ShardId":"`...)
	b = append(b, shard.Name(sh.Index)...)
	b = append(b, `","ParentShards":[`...)
	for i, p := range sh.Parents {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, shard.Name(p)...)
		b = append(b, '"')
	}
	b = append(b, `],"HashKeyRange":{"StartingHashKey":"`...)
	b = append(b, sh.Range.Start.String()...)
	b = append(b, `","EndingHashKey":"`...)
	b = append(b, sh.Range.End.String()...)
	return append(b, `"}}`...)
}

// appendJSON appends the answer of GetRecords.
func (r *reading) appendJSON(b []byte, next string) []byte {
	b = append(b, `{"Records":`...)
	b = r.appendRecords(b)
	b = append(b, `,"MillisBehindLatest":`...)
	b = strconv.AppendInt(b, r.behind, 10)
	if next != "" {
		b = append(b, `,"NextShardIterator":"`...)
		b = append(b, next...)
		b = append(b, '"')
	}
	b = r.appendChildren(b)
	return append(b, '}')
}
