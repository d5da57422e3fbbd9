package server

import (
	"strings"
	"testing"
)

// TestConfig has what is refused, with the remedy, and what is not.
func TestConfig(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  Config
		want string // part of the error; empty: none
		auth AuthMode
	}{
		{"loopback", Config{Listen: "127.0.0.1:1"}, "", AuthAny},
		{"loopback 6", Config{Listen: "[::1]:1"}, "", AuthAny},
		{"localhost", Config{Listen: "localhost:1"}, "", AuthAny},
		{"a key file", Config{Listen: "127.0.0.1:1", KeyFile: "k"}, "", AuthRequired},
		{"everywhere, keys", Config{Listen: "0.0.0.0:1", KeyFile: "k"}, "", AuthRequired},
		{"everywhere", Config{Listen: "0.0.0.0:1"}, "give --key-file", ""},
		{"everywhere without a name", Config{Listen: ":1"}, "give --key-file", ""},
		{"everywhere 6", Config{Listen: "[::]:1"}, "give --key-file", ""},
		{"a host name", Config{Listen: "streams:1"}, "give --key-file", ""},
		{"TLS everywhere", Config{Listen: "127.0.0.1:1", TLSListen: "0.0.0.0:2"}, "other machines can reach 0.0.0.0:2", ""},
		{"any everywhere", Config{Listen: "0.0.0.0:1", Auth: AuthAny}, "give --key-file", ""},
		{"required without keys", Config{Listen: "127.0.0.1:1", Auth: AuthRequired}, "kinesql keys add", ""},
		{"any with keys", Config{Listen: "127.0.0.1:1", KeyFile: "k", Auth: AuthAny}, "leave out --auth or --key-file", ""},
		{"another mode", Config{Listen: "127.0.0.1:1", Auth: "none"}, "want required or any", ""},
		{"test mode everywhere", Config{Listen: "0.0.0.0:1", TestMode: true, KeyFile: "k"}, "--test-mode lets anybody", ""},
		{"no address", Config{}, "give --listen or --tls-listen", ""},
		{"no port", Config{Listen: "127.0.0.1"}, "want host:port", ""},
		{"half a pair", Config{TLSListen: "127.0.0.1:1", CertFile: "c"}, "go together", ""},
		{"a pair without TLS", Config{Listen: "127.0.0.1:1", CertFile: "c", CertKey: "k"}, "give --tls-listen", ""},
		{"account", Config{Listen: "127.0.0.1:1", Account: "12"}, "want twelve digits", ""},
		{"no directory", Config{Listen: "127.0.0.1:1", DataDir: "-"}, "--data-dir", ""},
	} {
		switch c.cfg.DataDir {
		case "":
			c.cfg.DataDir = "d"
		case "-":
			c.cfg.DataDir = ""
		}
		err := c.cfg.Check()
		if c.want == "" {
			if err != nil || c.cfg.Auth != c.auth {
				t.Errorf("%s: %q, %v", c.name, c.cfg.Auth, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// TestOpenFails gives what cannot be opened, and leaves nothing open.
func TestOpenFails(t *testing.T) {
	s := serve(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.Endpoint(), "http://"), ":")
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Listen = "127.0.0.1:" + port }, "another process may use the port"},
		{func(c *Config) { c.KeyFile = "/nowhere/keys.json" }, "key file"},
		{func(c *Config) { c.TLSListen, c.CertFile, c.CertKey = "127.0.0.1:0", "/nowhere/c", "/nowhere/k" }, "certificate"},
	} {
		cfg := Config{Listen: "127.0.0.1:0", DataDir: t.TempDir()}
		c.change(&cfg)
		if _, err := Open(cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want %s, got %v", c.want, err)
		}
	}
}
