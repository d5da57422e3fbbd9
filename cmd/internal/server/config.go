package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shardlog"
)

// Config is how a server is to work.
type Config struct {
	Listen            string   // address of the plain port; empty: none
	TLSListen         string   // address of the TLS port; empty: none
	CertFile, CertKey string   // PEM; empty: a self-signed certificate is made in DataDir
	PublicHosts       []string // names that a proxy has rewritten, see auth.Options

	DataDir    string // empty, in test mode only: streams are kept in memory
	Durability shardlog.Durability
	DiskCap    int64 // bytes; 0: none

	KeyFile string   // of access keys; empty: none
	Auth    AuthMode // empty: required where there is a key file, else any

	Account, Region string        // of requests that tell no other
	StatusDelay     time.Duration // see api.Config
	ShardLimit      int           // see api.Config
	TestMode        bool          // see testMode

	Logger *slog.Logger
}

// AuthMode is which requests are taken.
type AuthMode string

// The modes of authentication.
const (
	AuthRequired AuthMode = "required" // those that a key of the key file has signed
	AuthAny      AuthMode = "any"      // those that have a signature, whoever made it
)

// Check settles the mode of authentication and refuses what would open the server to
// everybody.
func (c *Config) Check() error {
	if c.Listen == "" && c.TLSListen == "" {
		return errors.New("there is no address to listen on: give --listen or --tls-listen")
	}
	if (c.CertFile == "") != (c.CertKey == "") {
		return errors.New("--cert and --key go together: give both files, or neither for a self-signed certificate")
	}
	if c.CertFile != "" && c.TLSListen == "" {
		return errors.New("--cert and --key are for the TLS port: give --tls-listen, such as --tls-listen 127.0.0.1:4568")
	}
	if c.DataDir == "" && !c.TestMode {
		return errors.New("--data-dir: want a directory")
	}
	if c.Account == "" {
		c.Account = auth.DefaultAccount
	}
	if len(c.Account) != 12 || strings.Trim(c.Account, "0123456789") != "" {
		return fmt.Errorf("--account: want twelve digits, got %q", c.Account)
	}
	if err := c.settleAuth(); err != nil {
		return err
	}
	for _, addr := range []string{c.Listen, c.TLSListen} {
		if err := c.checkAddress(addr); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) settleAuth() error {
	switch {
	case c.Auth == "" && c.KeyFile != "":
		c.Auth = AuthRequired
	case c.Auth == "":
		c.Auth = AuthAny
	}
	switch {
	case c.Auth != AuthRequired && c.Auth != AuthAny:
		return fmt.Errorf("--auth: want required or any, got %q", c.Auth)
	case c.Auth == AuthRequired && c.KeyFile == "":
		return errors.New("--auth required needs keys: make some with kinesql keys add FILE, and give --key-file FILE")
	case c.Auth == AuthAny && c.KeyFile != "":
		return errors.New("--auth any takes requests of everybody and would never look into the key file: leave out --auth or --key-file")
	}
	return nil
}

// checkAddress refuses an address that others can reach where anybody may do anything.
func (c *Config) checkAddress(addr string) error {
	if addr == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: want host:port, such as 127.0.0.1:4567", addr)
	}
	if isLoopback(host) {
		return nil
	}
	if c.TestMode {
		return fmt.Errorf("--test-mode lets anybody delete everything and is for loopback addresses only: listen on 127.0.0.1, not %s", addr)
	}
	if c.Auth != AuthRequired {
		return fmt.Errorf("other machines can reach %s, and no authentication is required: make keys with kinesql keys add FILE and give --key-file FILE, or listen on 127.0.0.1", addr)
	}
	return nil
}

// isLoopback reports whether a host can only be this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
