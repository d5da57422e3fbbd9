package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// listen opens the addresses.
func (s *Server) listen() error {
	if err := s.openTLS(); err != nil {
		return err
	}
	handler := deadlines(s.routes)
	for i, addr := range []string{s.cfg.Listen, s.cfg.TLSListen} {
		if addr == "" {
			continue
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("%w: another process may use the port; choose one with --listen or --tls-listen", err)
		}
		f := front{l, s.newHTTP(handler), i == 1}
		if f.tls {
			f.listener = newTLSListener(l, s.cert.config())
		}
		s.fronts = append(s.fronts, f)
		s.logger.Info("listening", "endpoint", f.url(), "auth", string(s.cfg.Auth))
	}
	return nil
}

// url is the endpoint of a listener.
func (f front) url() string {
	scheme := "http"
	if f.tls {
		scheme = "https"
	}
	return scheme + "://" + f.listener.Addr().String()
}

// openTLS finds the certificate of the TLS port.
func (s *Server) openTLS() (err error) {
	switch {
	case s.cfg.TLSListen == "":
		return nil
	case s.cfg.CertFile != "":
		s.cert, err = openCertificate(s.cfg.CertFile, s.cfg.CertKey)
	default:
		var dir string
		if dir, err = s.tlsDir(); err != nil {
			return err
		}
		s.cert, err = selfSigned(dir, append([]string{s.cfg.TLSListen}, s.cfg.PublicHosts...))
	}
	if err == nil {
		s.logger.Info("certificate", "file", s.cert.certFile, "sha256", s.cert.fingerprint())
	}
	return err
}

// newHTTP returns an HTTP server for either port. It has no limit of connections: an
// idle one costs a few kilobytes, and the system bounds how many files are open.
func (s *Server) newHTTP(handler http.Handler) *http.Server {
	h := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug), Protocols: new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreamsPerConn, SendPingTimeout: pingAfter, PingTimeout: pingTime, WriteByteTimeout: answerTime,
		},
	}
	h.Protocols.SetHTTP1(true)
	h.Protocols.SetUnencryptedHTTP2(true)
	return h
}

const (
	// maxStreamsPerConn lets a consumer of many shards subscribe to all of them on
	// one connection.
	maxStreamsPerConn = 2000
	pingTime          = 15 * time.Second // for the answer to a ping
)

// serve answers on the listener until the server is shut down.
func (f front) serve() error {
	err := f.http.Serve(f.listener)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
