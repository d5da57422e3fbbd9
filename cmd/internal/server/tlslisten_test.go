package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestPriorKnowledgeOverTLS speaks HTTP/2 over TLS without having asked for it by
// ALPN, which is how the SDK for Java begins.
func TestPriorKnowledgeOverTLS(t *testing.T) {
	s := serve(t, func(c *Config) { c.TLSListen = "127.0.0.1:0"; c.DataDir = t.TempDir() })
	tr := &http.Transport{Protocols: new(http.Protocols), DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return opaque{c}, nil
	}}
	defer tr.CloseIdleConnections()
	tr.Protocols.SetUnencryptedHTTP2(true)
	got := fetch(t, &http.Client{Transport: tr}, http.MethodGet, strings.Replace(s.fronts[1].url(), "https:", "http:", 1)+"/health", "")
	if got.ProtoMajor != 2 || got.StatusCode != http.StatusOK {
		t.Errorf("HTTP/%d, status %d, want HTTP/2 and 200", got.ProtoMajor, got.StatusCode)
	}
}
