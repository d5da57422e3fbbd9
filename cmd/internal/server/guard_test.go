package server

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A server whose data directory was removed is in ill health and acknowledges no more.
func TestDataDirectoryGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, func(cfg *Config) { cfg.DataDir = dir })
	s.create(t, "clicks")
	s.put(t, "clicks", "a")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for s.fetch(t, http.MethodGet, "/health", "").StatusCode == http.StatusOK {
		time.Sleep(10 * time.Millisecond) // the test's own time is the limit
	}
	got := s.fetch(t, http.MethodPost, "/", `{"StreamName":"clicks","PartitionKey":"k","Data":""}`,
		"X-Amz-Target", "Kinesis_20131202.PutRecord", "Content-Type", "application/x-amz-json-1.1",
		"Authorization", "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	if got.StatusCode != http.StatusInternalServerError {
		t.Errorf("a put: %d %s", got.StatusCode, got.body)
	}
}
