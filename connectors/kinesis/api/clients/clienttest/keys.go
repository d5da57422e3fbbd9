package clienttest

import (
	"os"
	"path/filepath"
	"testing"
)

// The second key of StartWithKeys: it may read the stream "public" and no other, and
// may not write.
const (
	ReaderKey    = "AKIAI44QH8DHBEXAMPLE"
	ReaderSecret = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
)

const keyFile = `{"keys": [
  {"accessKeyId": "` + AccessKey + `", "secretAccessKey": "` + SecretKey + `", "account": "000000000000", "user": "owner"},
  {"accessKeyId": "` + ReaderKey + `", "secretAccessKey": "` + ReaderSecret + `", "account": "000000000000", "user": "reader",
   "policy": {"Version": "2012-10-17", "Statement": [
     {"Effect": "Allow", "Action": ["kinesis:Describe*", "kinesis:Get*", "kinesis:ListShards"], "Resource": "arn:aws:kinesis:*:000000000000:stream/public"}]}}
]}`

// StartWithKeys is Start of a server that takes only what its key file's keys have
// signed: AccessKey, which may do everything, and ReaderKey.
func StartWithKeys(t testing.TB, args ...string) *Server {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(keyFile), 0o600); err != nil {
		t.Fatal(err)
	}
	return Start(t, append([]string{"--key-file", path}, args...)...)
}
