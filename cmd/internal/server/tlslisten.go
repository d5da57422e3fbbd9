package server

import (
	"crypto/tls"
	"net"
)

// tlsListener ends TLS before the HTTP server sees a connection, which then tells
// HTTP/2 from HTTP/1.1 by how the client begins, as on the plain port. Going by ALPN
// alone would lose clients that speak HTTP/2 without having asked for it: the SDK for
// Java, and so the Kinesis Client Library, does that unless told otherwise.
type tlsListener struct {
	net.Listener
	config *tls.Config
}

// newTLSListener returns l with TLS; clients that do ask are told that both are spoken.
func newTLSListener(l net.Listener, config *tls.Config) net.Listener {
	config.NextProtos = []string{"h2", "http/1.1"}
	return tlsListener{l, config}
}

// Accept implements net.Listener. The handshake takes place at the first read, in
// the connection's own goroutine and within the time for headers.
func (l tlsListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return opaque{tls.Server(c, l.config)}, nil
}

// opaque hides from the HTTP server that a connection has TLS.
type opaque struct{ net.Conn }
