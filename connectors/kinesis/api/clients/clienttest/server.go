package clienttest

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startWithin is how long a server may take to answer /ready: far more than it
// needs, as machines that run tests are busy.
const startWithin = 30 * time.Second

// Server is a running kinesql serve.
type Server struct {
	URL    string // http://127.0.0.1:port
	TLSURL string // https://127.0.0.1:port
	Dir    string // its data directory

	args []string
	cmd  *exec.Cmd
	log  *logBuffer
	done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after done
}

// Start starts kinesql serve on two free ports with further arguments. It is
// stopped at the end of the test, and its log is shown if the test failed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	plain, secure := freePort(t), freePort(t)
	s := &Server{URL: "http://" + plain, TLSURL: "https://" + secure, Dir: filepath.Join(t.TempDir(), "data"), log: &logBuffer{}}
	s.args = append([]string{"serve", "--listen", plain, "--tls-listen", secure, "--data-dir", s.Dir, "--status-delay", "50ms"}, args...)
	t.Cleanup(func() {
		s.Stop(t)
		if t.Failed() {
			t.Logf("kinesql %v wrote:\n%s", s.args, s.log)
		}
	})
	s.Restart(t)
	return s
}

// Restart starts the server again on its data, after Stop or Kill.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(Binary(t), s.args...)
	s.cmd.Env = plainEnv()
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.done = make(chan struct{})
	go func() { s.err = s.cmd.Wait(); close(s.done) }()
	s.awaitReady(t)
}

// Stop ends the server as an operator would, and fails the test if it did not end well.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGTERM)
	if s.err != nil {
		t.Errorf("kinesql serve ended with %v", s.err)
	}
}

// Kill ends the server as a crash would.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGKILL)
	s.err = nil
}

func (s *Server) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	if s.done == nil {
		return // it was never started
	}
	select {
	case <-s.done:
		return
	default:
	}
	_ = s.cmd.Process.Signal(sig)
	select {
	case <-s.done:
	case <-time.After(startWithin):
		_ = s.cmd.Process.Kill()
		t.Errorf("kinesql serve did not end within %v of %v", startWithin, sig)
		<-s.done
	}
}

func (s *Server) awaitReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	for {
		if s.ready(ctx) {
			return
		}
		select {
		case <-s.done:
			t.Fatalf("kinesql %v ended at once: %v\n%s", s.args, s.err, s.log)
		case <-ctx.Done():
			t.Fatalf("kinesql %v is not ready after %v\n%s", s.args, startWithin, s.log)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *Server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/ready", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusOK
}

// Log returns what the server has written to its standard streams so far.
func (s *Server) Log() string { return s.log.String() }

// Certificate writes the certificate that the TLS port shows to a PEM file, for
// clients that check it.
func (s *Server) Certificate(t testing.TB) string {
	t.Helper()
	conn, err := tls.Dial("tcp", s.TLSURL[len("https://"):], &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	path := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(path, pemChain(conn.ConnectionState().PeerCertificates), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// logBuffer keeps what the server writes; several goroutines write and read it.
type logBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
