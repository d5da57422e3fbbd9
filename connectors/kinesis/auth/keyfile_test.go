package auth

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func writeKeys(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadKeys(t *testing.T) {
	keys, err := ReadKeys(writeKeys(t, `{"keys":[
		{"accessKeyId":"AKIA1","secretAccessKey":"s1"},
		{"accessKeyId":"AKIA2","secretAccessKey":"s2","account":"123456789012","user":"bob","expires":"2027-01-01T00:00:00Z",
		 "sessionToken":"t","policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":["*"]}]}}]}`, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 2 || keys[0].Account != DefaultAccount || keys[0].Policy != nil || keys[0].Secret.Reveal() != "s1" {
		t.Errorf("got %+v", keys)
	}
	b := keys[1]
	if b.User != "bob" || b.Account != "123456789012" || !b.Expires.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) ||
		b.SessionToken.Reveal() != "t" || !b.Policy.Allows("kinesis:PutRecord", "arn:x") {
		t.Errorf("got %+v", b)
	}
}

func TestKeyFilesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{`{"keys":[]}`, 0o644, "others may read or write it (mode 0644): run chmod 600"},
		{`{"keys":[`, 0o600, "malformed JSON: it ends too early"},
		{`{"keys":[hush`, 0o600, "malformed JSON at byte"},
		{`{"keys":[]} {}`, 0o600, "something follows"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","expiry":"2027-01-01T00:00:00Z"}]}`, 0o600, `unknown field "expiry"`},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","expires":"hush"}]}`, 0o600, "expires: want a time such as"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","account":"12"}]}`, 0o600, `key 1 (A): account "12": want twelve digits`},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":""}]}`, 0o600, "secretAccessKey: it is missing"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":1}]}`, 0o600, "want string, not number"},
		{`{"keys":[{"accessKeyId":"A/B","secretAccessKey":"hush"}]}`, 0o600, "accessKeyId: want"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush"},{"accessKeyId":"A","secretAccessKey":"hush"}]}`, 0o600, "key 2 (A): the access key is in the file twice"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[]}}]}`, 0o600, "no Statement"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}}]}`, 0o600, `effect "allow": want Allow or Deny`},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[{"Effect":"Allow","Action":"PutRecord","Resource":"*"}]}}]}`, 0o600, "want service:action"},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}}]}`, 0o600, `unknown field "NotAction"`},
		{`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[{"Effect":"Allow","Action":"*"}]}}]}`, 0o600, "want both Action and Resource"},
	} {
		_, err := ReadKeys(writeKeys(t, c.text, c.mode))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := ReadKeys(t.TempDir()); err == nil {
		t.Error("a directory was read")
	}
}

// TestSecretsDoNotShow prints keys in every way that a log might.
func TestSecretsDoNotShow(t *testing.T) {
	k := Key{AccessKeyID: "A", Secret: "hush", SessionToken: "hush"}
	var out strings.Builder
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", k, "secret", k.Secret)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", k, "secret", k.Secret)
	fmt.Fprintf(&out, "%v %+v %#v %s %q %v", k, k, k, k.Secret, k.Secret, []Key{k})
	if strings.Contains(out.String(), "hush") || !strings.Contains(out.String(), "***") {
		t.Error(out.String())
	}
}

func TestReload(t *testing.T) {
	path := writeKeys(t, `{"keys":[{"accessKeyId":"A","secretAccessKey":"s"}]}`, 0o600)
	keys, err := OpenKeys(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if keys.Changed() {
		t.Error("changed at once")
	}
	if err := os.WriteFile(path, []byte(`{"keys":[{"accessKeyId":"B","secretAccessKey":"s"}, oops`), 0o600); err != nil {
		t.Fatal(err)
	}
	if !keys.Changed() || keys.Reload() == nil || keys.table.Load().keys["A"] == nil {
		t.Error("a broken file took the keys away")
	}
	if err := os.WriteFile(path, []byte(`{"keys":[{"accessKeyId":"B","secretAccessKey":"s"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Reload(); err != nil || keys.table.Load().keys["B"] == nil || keys.table.Load().keys["A"] != nil || keys.Changed() {
		t.Errorf("not read anew: %v", err)
	}
}

// FuzzParseKeys looks for files that panic or whose errors show a secret.
func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"accessKeyId":"A","secretAccessKey":"hush","policy":{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":"*"}]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := parseKeys(text)
		if err != nil {
			return
		}
		for _, k := range keys {
			if k.AccessKeyID == "" || k.Secret == "" || !isAccount(k.Account) {
				t.Errorf("taken: %+v", k)
			}
		}
	})
}
