package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"kinesql/connectors/kinesis/api"
	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

// Server is a running service.
type Server struct {
	cfg    Config
	logger *slog.Logger
	clock  *clock // of test mode; otherwise the machine's
	log    *shardlog.Log
	api    *api.Server
	keys   *auth.Keys   // nil: none are asked for
	cert   *certificate // nil: no TLS
	routes *routes
	fronts []front
	temp   string // directory of the certificate of a server without a data directory

	metrics *metrics
}

// front is a listener with the server behind it.
type front struct {
	listener net.Listener
	http     *http.Server
	tls      bool
}

// Open opens the data directory and the addresses. Nothing is answered before Serve,
// but connections are taken.
func Open(cfg Config) (_ *Server, err error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, logger: cfg.Logger, clock: &clock{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if cfg.KeyFile != "" {
		if s.keys, err = auth.OpenKeys(cfg.KeyFile, auth.Options{Hosts: cfg.PublicHosts, Logger: cfg.Logger}); err != nil {
			return nil, err
		}
	}
	if err := s.openLog(); err != nil {
		return nil, err
	}
	s.compose()
	return s, s.listen()
}

// openLog opens the shard log: in memory where there is no directory.
func (s *Server) openLog() (err error) {
	o := shardlog.Options{
		Durability: s.cfg.Durability, DiskCap: s.cfg.DiskCap, Now: s.clock.Now, Logger: s.logger,
	}
	dir := s.cfg.DataDir
	if dir == "" {
		dir, o.FS = "/data", vfs.NewVolatile()
	}
	if o.FS == nil {
		o.FS = vfs.OS()
	}
	keyring, err := shardlog.OpenKeyring(o.FS, filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	o.Keys = keyring
	s.log, err = shardlog.Open(dir, o)
	return err
}

// compose puts the handlers together.
func (s *Server) compose() {
	m := newMetrics(func() []*shard.Stream { return s.log.Streams(shard.Scope{}) })
	m.registry.MustRegister(figures{s.log})
	s.metrics = m
	mode := newTestMode(s)
	authenticator := s.authenticator(mode)
	var log shard.Log = s.log
	if s.cfg.TestMode {
		log = mode.documents
	}
	s.api = api.New(api.Config{
		Log: log, Auth: authenticator, Account: s.cfg.Account, Region: s.cfg.Region,
		StatusDelay: s.cfg.StatusDelay, ShardLimit: s.cfg.ShardLimit, Now: s.clock.Now, Logger: s.logger, Metrics: m,
	})
	s.routes = newRoutes(s.api, service{auth: authenticator, now: time.Now}, m, s.log.Err)
	if s.cfg.TestMode {
		s.routes.test = mode
	}
}

// authenticator is the key file's where keys are required.
func (s *Server) authenticator(mode *testMode) auth.Authenticator {
	if s.keys != nil {
		return realTime{s.keys}
	}
	return auth.Any{Account: mode.Account}
}

// Log is the shard log, for queries in the same process.
func (s *Server) Log() *shardlog.Log { return s.log }

// Endpoint is the URL of the plain port, or of the TLS port where there is no plain one.
func (s *Server) Endpoint() string { return s.fronts[0].url() }

// Abort closes a server that was not served.
func (s *Server) Abort() error {
	s.api.Close()
	return s.release()
}

// Serve answers requests until ctx is done, and then ends: stop is called when no
// request is answered any more and before the log is closed. A second signal, which
// force delivers, gives up waiting for clients.
func (s *Server) Serve(ctx context.Context, force <-chan struct{}, stop func()) error {
	watching, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	defer unwatch()
	if s.keys != nil || s.cert != nil {
		go s.watch(watching)
	}
	go s.guard(watching)
	failed := make(chan error, len(s.fronts))
	for _, f := range s.fronts {
		go func() { failed <- f.serve() }()
	}
	s.routes.ready.Store(true)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.shutdown(force)
	stop()
	return errors.Join(err, s.log.Close(), s.removeTemp())
}

// shutdown ends subscriptions and waits for requests under way.
func (s *Server) shutdown(force <-chan struct{}) {
	s.routes.ready.Store(false)
	s.logger.Info("shutting down: no new connections, subscriptions end, requests under way are answered")
	s.api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	go func() {
		select {
		case <-force:
			cancel()
		case <-ctx.Done():
		}
	}()
	for _, f := range s.fronts {
		if err := f.http.Shutdown(ctx); err != nil {
			s.logger.Warn("connections were cut", "address", f.listener.Addr().String(), "error", err)
			_ = f.http.Close() // its error is of listeners closed already
		}
	}
}

// drainTime bounds how long clients are waited for that send or read slowly; none of
// their requests is acknowledged. It is less than the ten seconds after which supervisors
// such as Docker kill, so that the log is closed in good order all the same.
const drainTime = 7 * time.Second

// guard ends the writing to a data directory that has gone. /health tells of it then.
func (s *Server) guard(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.log.CheckDirectory() // which logs what it finds
		}
	}
}

// watch reads keys and certificate anew when they change and at SIGHUP.
func (s *Server) watch(ctx context.Context) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		forced := false
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-hup:
			forced = true
		}
		s.reload(forced)
	}
}

// watchEvery is how soon a changed key file or certificate is seen, or that the data has gone.
const watchEvery = 2 * time.Second

// reload reads what has changed; forced, also what has not.
func (s *Server) reload(forced bool) {
	if s.keys != nil && (forced || s.keys.Changed()) {
		if err := s.keys.Reload(); err != nil {
			s.logger.Error("the keys stay as they were", "error", err)
		}
	}
	if s.cert != nil {
		changed, err := s.cert.reload()
		switch {
		case err != nil:
			s.logger.Error("the certificate stays as it was", "error", err)
		case changed:
			s.logger.Info("certificate read", "sha256", s.cert.fingerprint())
		}
	}
}

// release closes what Open has opened.
func (s *Server) release() (err error) {
	for _, f := range s.fronts {
		err = errors.Join(err, f.listener.Close())
	}
	if s.log != nil {
		err = errors.Join(err, s.log.Close())
	}
	return errors.Join(err, s.removeTemp())
}

// tlsDir is where a self-signed certificate is kept.
func (s *Server) tlsDir() (string, error) {
	if s.cfg.DataDir != "" {
		return filepath.Join(s.cfg.DataDir, "tls"), nil
	}
	var err error
	if s.temp, err = os.MkdirTemp("", "kinesql-tls-"); err != nil {
		return "", fmt.Errorf("a place for the certificate: %w", err)
	}
	return s.temp, nil
}

// removeTemp removes what lived only as long as the server.
func (s *Server) removeTemp() error {
	if s.temp == "" {
		return nil
	}
	return os.RemoveAll(s.temp)
}
