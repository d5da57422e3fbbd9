package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/fxamacker/cbor/v2"
)

// putRecordsBody is a request of 500 records of 100 bytes.
func putRecordsBody() string {
	var b strings.Builder
	b.WriteString(`{"StreamName":"clicks","Records":[`)
	data := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 100)))
	for i := range 500 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Data":"%s","PartitionKey":"key-%d"}`, data, i)
	}
	return b.String() + "]}"
}

func BenchmarkDecodePutRecords(b *testing.B) {
	body := putRecordsBody()
	var tree any
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		b.Fatal(err)
	}
	inCBOR, err := cbor.Marshal(native(actionShapes["PutRecords"], tree))
	if err != nil {
		b.Fatal(err)
	}
	for format, body := range [][]byte{JSON: []byte(body), CBOR: inCBOR} {
		b.Run(Format(format).ContentType(), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				d, err := Parse(Format(format), body)
				if err != nil {
					b.Fatal(err)
				}
				if err := d.Decode("PutRecords", &kinesis.PutRecordsInput{}); err != nil {
					b.Fatal(err)
				}
				d.Release()
			}
		})
	}
}

func BenchmarkEncodePutRecords(b *testing.B) {
	out := &kinesis.PutRecordsOutput{FailedRecordCount: aws.Int32(0)}
	for range 500 {
		out.Records = append(out.Records, types.PutRecordsResultEntry{
			ShardId:        aws.String("shardId-000000000000"),
			SequenceNumber: aws.String("49590338271490256608559692538361571095921575989136588898"),
		})
	}
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		buffer = Encode(CBOR, buffer[:0], out)
	}
}
