package lint

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the import rule: knowledge points down. Keys and values are
// prefixes of package paths within the module; a package may import what the
// longest matching key lists, and what lies beneath that key itself only if the
// list says so. The reason stands beside each row.
var allowed = []struct {
	pkg    string
	may    []string
	reason string
}{
	{"sql", []string{"sql"}, "the text knows nothing of plans"},
	{"window", nil, "event time is pure"},
	{"operators", []string{"operators/batch", "window"}, "the contract knows no operator"},
	{"operators/batch", []string{"window"}, "batches flow everywhere"},
	{"operators/expr", []string{"operators/batch", "window"}, "expressions see batches only"},
	{"operators/vfs", nil, "files, and nothing else"},
	{"operators/aggregate", []string{"operators", "operators/batch", "operators/expr", "window"}, "aggregates are operators over expressions"},
	{"operators/relational", []string{"operators", "operators/batch", "operators/expr", "operators/aggregate", "window"}, "operators know the contract"},
	{"operators/windowed", []string{"operators", "operators/batch", "operators/expr", "operators/aggregate", "operators/sortkey", "operators/state", "window"}, "operators know the contract"},
	{"operators/state", []string{"operators/batch", "window"}, "rows that operators keep"},
	{"operators/join", []string{"operators", "operators/batch", "operators/expr", "operators/aggregate", "operators/state", "window"}, "operators know the contract"},
	{"operators/pattern", []string{"operators/batch", "operators/expr", "operators/aggregate", "window"}, "a description, no operator"},
	{"operators/match", []string{"operators", "operators/batch", "operators/expr", "operators/aggregate", "operators/pattern", "operators/state", "window"}, "operators know the contract"},
	{"operators/rank", []string{"operators", "operators/batch", "operators/aggregate", "operators/sortkey", "operators/state", "window"}, "operators know the contract"},
	{"operators/series", []string{"operators", "operators/batch", "operators/aggregate", "operators/sortkey", "operators/state", "window"}, "operators know the contract"},
	{"operators/sortkey", []string{"operators/batch", "operators/aggregate"}, "bytes of rows, as ORDER BY sees them"},
	{"operators/exec", []string{"operators", "operators/batch", "window"}, "the task loop knows no concrete operator"},
	{"operators/optest", []string{"operators", "window"}, "the harness may test all"},
	{"connectors", []string{"operators", "operators/batch", "window"}, "connectors know the contract"},
	{"connectors/format", []string{"connectors", "operators", "operators/batch", "window"}, "formats know the contract"},
	{"connectors/format/", []string{"connectors", "connectors/format", "connectors/format/blocks", "connectors/format/encode", "connectors/format/text", "operators", "operators/batch", "window"}, "formats share blocks, text and encoders"},
	{"connectors/", []string{"connectors", "connectors/format", "connectors/format/blocks", "connectors/format/encode", "connectors/format/text", "operators", "operators/batch", "window"}, "a connector never imports another"},
	{"connectors/shard", nil, "the words of streams and shards"},
	{"connectors/shardlog", []string{"connectors/shard", "operators/vfs"}, "a store of its own, without batches or SQL"},
	{"connectors/kinesis/kpl", nil, "a record format"},
	{"connectors/kinesis/wire", nil, "bodies and errors, no streams"},
	{"connectors/kinesis/auth", []string{"connectors/kinesis/wire"}, "who may do what"},
	{"connectors/kinesis/api", []string{"connectors/shard", "connectors/kinesis/auth", "connectors/kinesis/wire"}, "handlers over the words of streams"},
	{"connectors/kinesis", []string{"connectors", "connectors/format", "connectors/format/blocks", "connectors/format/encode", "connectors/format/text", "connectors/kinesis/kpl", "connectors/shard", "operators", "operators/batch", "window"}, "source and sink over the words of streams"},
	{"connectors/infer", []string{"connectors", "connectors/format", "connectors/format/blocks", "connectors/format/combined", "connectors/format/csv", "connectors/format/text", "operators", "operators/batch", "window"}, "what infer proposes must be what the formats read"},
	{"planner", []string{"sql", "window", "operators", "operators/batch", "operators/expr", "operators/aggregate", "operators/pattern", "connectors", "planner"}, "the only reader of sql"},
	{"planner/build", []string{"window", "operators", "connectors", "planner"}, "the only importer of concrete operators"},
	{"cmd", nil, "see below"},
}

// anyOf are the rows that also allow all packages beneath the listed prefixes.
var beneath = map[string][]string{
	"sql":              {"sql/"},
	"planner":          {"sql/", "planner/"},
	"planner/build":    {"operators/", "planner/"},
	"operators/optest": {"operators/"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportDirection(t *testing.T) {
	for _, p := range packages(t) {
		rel := strings.TrimPrefix(p.ImportPath, "kinesql/")
		if strings.HasPrefix(rel, "cmd") {
			continue // commands may know everything
		}
		row := rule(rel)
		if row < 0 {
			t.Errorf("package %s has no row in the import rule: add one, with its reason", rel)
			continue
		}
		for _, imp := range p.Imports {
			check(t, rel, row, imp)
		}
	}
}

func check(t *testing.T, rel string, row int, imp string) {
	imp, ours := strings.CutPrefix(imp, "kinesql/")
	if !ours || slices.Contains(allowed[row].may, imp) {
		return
	}
	for _, prefix := range beneath[allowed[row].pkg] {
		if strings.HasPrefix(imp, prefix) {
			return
		}
	}
	t.Errorf("%s imports %s; %s: %q may import %v", rel, imp, allowed[row].reason, allowed[row].pkg, allowed[row].may)
}

// rule returns the row of the longest matching prefix, or -1.
func rule(rel string) int {
	best := -1
	for i, row := range allowed {
		match := rel == row.pkg || strings.HasPrefix(rel, strings.TrimSuffix(row.pkg, "/")+"/")
		if strings.HasSuffix(row.pkg, "/") && rel+"/" == row.pkg {
			match = false
		}
		if match && (best < 0 || len(row.pkg) > len(allowed[best].pkg)) {
			best = i
		}
	}
	return best
}

// TestRulesHavePackages fails when a row outlives its package.
func TestRulesHavePackages(t *testing.T) {
	pkgs := packages(t)
	for _, row := range allowed {
		if !slices.ContainsFunc(pkgs, func(p listed) bool {
			return strings.HasPrefix(p.ImportPath+"/", "kinesql/"+strings.TrimSuffix(row.pkg, "/")+"/")
		}) {
			t.Errorf("the import rule names %s, which is gone: remove the row", row.pkg)
		}
	}
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "kinesql/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}
