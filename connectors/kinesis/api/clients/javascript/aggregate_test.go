//go:build clients

package javascript

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kinesql/connectors/kinesis/api/clients/clienttest"
	"kinesql/connectors/kinesis/kpl"
)

// TestUnpackTheirs takes apart what aws-kinesis-agg has packed.
func TestUnpackTheirs(t *testing.T) {
	var n int
	for _, line := range strings.Fields(node(t, nil, "pack")) {
		packed, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		list, ok := kpl.Unpack(packed, nil)
		if !ok {
			t.Fatal("an aggregate of aws-kinesis-agg was taken for an ordinary record")
		}
		for _, r := range list {
			if string(r.Key) != fmt.Sprintf("user %d", n%7) || string(r.Data) != document(n) {
				t.Errorf("record %d is %q: %s", n, r.Key, r.Data)
			}
			n++
		}
	}
	if n != 100 {
		t.Errorf("%d records, want 100", n)
	}
}

// TestTheyUnpackOurs lets aws-kinesis-agg take apart what we have packed, checksum and all.
func TestTheyUnpackOurs(t *testing.T) {
	var records []kpl.Record
	var want []string
	for i := range 50 {
		key := fmt.Sprintf("ключ %d", i%3)
		records = append(records, kpl.Record{Key: []byte(key), Data: []byte(document(i))})
		want = append(want, key+" "+document(i))
	}
	packed := base64.StdEncoding.EncodeToString(kpl.Pack(nil, records))
	if got := unpacked(t, node(t, nil, "unpack", packed)); !slices.Equal(got, want) {
		t.Errorf("got %d records %q, want %q", len(got), got, want)
	}
}

// TestAggregatesOnStreams: what is put aggregated is peeked and queried record by
// record, and the stream keeps it as it came.
func TestAggregatesOnStreams(t *testing.T) {
	s := clienttest.Start(t)
	put := unpacked(t, node(t, []string{"KINESIS_ENDPOINT=" + s.URL}, "put", "aggregated"))
	if len(put) != 100 {
		t.Fatalf("%d records were put, want 100", len(put))
	}
	peeked := kinesql(t, "peek", "aggregated", "--endpoint", s.URL, "--format", "raw")
	for i, line := range strings.Split(strings.TrimSuffix(peeked, "\n"), "\n") {
		if line != document(i) {
			t.Errorf("peek printed %s in the place of %s", line, document(i))
		}
	}
	rows := kinesql(t, "sql", "--quiet", "--format", "csv", "-c", `CREATE STREAM words (id BIGINT, word VARCHAR) WITH (connector='kinesis', stream='aggregated', endpoint='`+s.URL+`', bounded='true', format='json');
		SELECT COUNT(*), SUM(id), MIN(PARTITION_KEY), MAX(word), COUNT(DISTINCT SEQUENCE_NUMBER) FROM words`)
	if got := strings.Split(strings.TrimSpace(rows), "\n"); got[len(got)-1] != "100,4950,user 0,wörd 99,1" {
		t.Errorf("SQL counts %q", rows)
	}
}

// document is the data of the n-th record that aggregate.mjs makes.
func document(n int) string { return fmt.Sprintf(`{"id":%d,"word":"wörd %d"}`, n, n) }

func node(t *testing.T, env []string, args ...string) string {
	t.Helper()
	return clienttest.Command{Dir: modules(t), Env: env, Args: append([]string{"node", "aggregate.mjs"}, args...)}.Output(t)
}

func kinesql(t *testing.T, args ...string) string {
	t.Helper()
	return clienttest.Command{Args: append([]string{clienttest.Binary(t)}, args...)}.Output(t)
}

// unpacked reads the lines that aggregate.mjs prints: partition key and data.
func unpacked(t *testing.T, lines string) (records []string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var r struct {
			PartitionKey string
			Data         []byte
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r.PartitionKey+" "+string(r.Data))
	}
	return records
}
