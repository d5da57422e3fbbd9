//go:build postgres && linux

package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// password is that of the user app, who owns everything.
const password = "pa:ss@w0rd"

// started is the server of the tests; url has no password.
var started struct {
	port int
	url  string
}

// The main goroutine stays on the main thread, with which the server dies.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) {
	os.Exit(withServer(m.Run))
}

// withServer runs the tests while a server runs.
func withServer(run func() int) int {
	dir, err := os.MkdirTemp("", "kinesql-postgres")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	server, err := start(dir)
	if err != nil {
		fmt.Println("these tests need a PostgreSQL, see make tools:", err)
		return 1
	}
	defer func() {
		_ = server.Process.Signal(syscall.SIGINT)
		_ = server.Wait()
	}()
	return run()
}

// start makes a cluster in dir and runs its server.
func start(dir string) (*exec.Cmd, error) {
	as, err := owner(dir)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(password+"\n"), 0o644); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb, err := command("initdb", as, "-D", data, "-U", "app", "-E", "UTF8", "--locale=C", "--no-sync",
		"--auth=scram-sha-256", "--pwfile="+filepath.Join(dir, "password"))
	if err != nil {
		return nil, err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if started.port, err = freePort(); err != nil {
		return nil, err
	}
	started.url = fmt.Sprintf("postgres://app@127.0.0.1:%d/postgres", started.port)
	server, err := command("postgres", as, "-D", data, "-k", dir, "-p", strconv.Itoa(started.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off")
	if err != nil {
		return nil, err
	}
	log := &bytes.Buffer{}
	server.Stderr = log
	if err := server.Start(); err != nil {
		return nil, err
	}
	if err := answers(); err != nil {
		_ = server.Process.Signal(syscall.SIGQUIT)
		_ = server.Wait()
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return server, nil
}

// owner is who runs the server, which refuses to be run by root; nil: this user.
func owner(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("user %s has the numbers %s and %s", u.Username, u.Uid, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

// command is a program of PostgreSQL, of the newest version where PATH has none.
func command(name string, as *syscall.Credential, args ...string) (*exec.Cmd, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
		if len(found) == 0 {
			return nil, err
		}
		path = found[len(found)-1]
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGQUIT}
	return cmd, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answers waits until the server takes connections.
func answers() (err error) {
	for range 300 {
		var conn *pgconn.PgConn
		if conn, err = connect(); err == nil {
			return conn.Close(context.Background())
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

func connect() (*pgconn.PgConn, error) {
	cfg, err := pgconn.ParseConfig(started.url)
	if err != nil {
		return nil, err
	}
	cfg.Password = password
	return pgconn.ConnectConfig(context.Background(), cfg)
}

// admin runs statements as the owner.
func admin(t *testing.T, sql string) {
	t.Helper()
	conn, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %s", sql, err)
	}
}
