package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kinesql/cmd/internal/engine"
	"kinesql/sql/diag"
)

// TestHTTPTable joins rows with a table that a server answers with.
func TestHTTPTable(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok.csv", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, "1,one\n2,two\n")
	})
	mux.HandleFunc("/long.csv", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat("1,one\n", 1000))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	t.Setenv("TABLE_AUTH", "Bearer s3cret")
	for _, c := range []struct{ name, options, want string }{
		{"read", "url='" + server.URL + "/ok.csv?token=hidden', authorization='env:TABLE_AUTH'", "2 two 4"},
		{"status", "url='" + server.URL + "/ok.csv?token=hidden'", "the answer is 401 Unauthorized"},
		{"size", "url='" + server.URL + "/long.csv', max_bytes='100'", "longer than 100 bytes; raise the option max_bytes"},
		{"rows", "url='" + server.URL + "/long.csv', max_rows='10'", "more than 10 rows; raise the option max_rows"},
		{"scheme", "url='ftp://x/y'", "want a URL such as"},
		{"variable", "url='env:NO_SUCH_VARIABLE'", "NO_SUCH_VARIABLE is not set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := runTable(t, c.options)
			if !strings.Contains(got, c.want) || strings.Contains(got, "hidden") || strings.Contains(got, "s3cret") {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// runTable joins one row with a table and returns what comes out, or the error.
func runTable(t *testing.T, options string) string {
	var out bytes.Buffer
	e, err := engine.New(engine.Config{Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	script := `CREATE TABLE n (k BIGINT, name VARCHAR) WITH (connector='http', format='csv', ` + options + `);
SELECT CONCAT(s.k, ' ', n.name, ' ', s.v) AS x FROM (SELECT 2 AS k, 4 AS v) AS s JOIN n ON s.k = n.k;`
	defer e.Close()
	writer := &engine.Writer{W: &out, Format: jsonLines}
	if err := e.RunScript(context.Background(), &diag.Source{Name: "app.sql", Text: script}, writer); err != nil {
		return err.Error()
	}
	return out.String()
}
