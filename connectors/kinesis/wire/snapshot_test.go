package wire

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

// snapshots returns the bodies of the SDK's own fixtures, by the action's name.
func snapshots(t *testing.T, folder, suffix string) map[string]string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/kinesis").Output()
	if err != nil {
		t.Fatalf("the SDK's module is not there (go mod download fetches it): %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), folder, "*"+suffix))
	if err != nil || len(files) < 44 {
		t.Fatalf("the SDK's module has %d files %s/*%s, want those of 44 actions: %v", len(files), folder, suffix, err)
	}
	bodies := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(b), "\n\n")
		if folder == "request_snapshot" { // its first line has an empty one behind it
			_, body, _ = strings.Cut(body, "\n\n")
		}
		if !strings.Contains(head+body, "Kinesis") && body == "" {
			t.Fatalf("%s is not of the form that this test knows", f)
		}
		bodies[strings.TrimSuffix(filepath.Base(f), suffix)] = body
	}
	return bodies
}

// exchange is an HTTP transport that keeps the request and gives a fixed answer.
type exchange struct{ request, answer string }

func (e *exchange) Do(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	e.request = string(b)
	return &http.Response{
		StatusCode: 200, Request: r,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body:   io.NopCloser(strings.NewReader(e.answer)),
	}, err
}

// call performs an action with the SDK's client, which writes e.request and reads e.answer.
func call(t *testing.T, e *exchange, action string, in any) any {
	t.Helper()
	client := kinesis.New(kinesis.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://kinesis.test"), HTTPClient: e,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	})
	out := reflect.ValueOf(client).MethodByName(action).Call([]reflect.Value{
		reflect.ValueOf(context.Background()), reflect.ValueOf(in),
	})
	if err, _ := out[1].Interface().(error); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return out[0].Interface()
}

// inputs makes an empty request of each action.
func inputs() map[string]any {
	all := map[string]any{}
	client := reflect.TypeFor[*kinesis.Client]()
	for i := range client.NumMethod() {
		m := client.Method(i)
		if m.Type.NumIn() == 4 { // receiver, context, input, options
			all[m.Name] = reflect.New(m.Type.In(2).Elem()).Interface()
		}
	}
	return all
}

func TestModelHasAllActions(t *testing.T) {
	all := inputs()
	if len(all) != 45 || len(actionShapes) != 45 {
		t.Errorf("the SDK has %d actions and model.txt %d, want 45", len(all), len(actionShapes))
	}
	for name, in := range all {
		s := actionShapes[name]
		if s == nil {
			t.Errorf("model.txt has no action %s", name)
			continue
		}
		bindAll(t, name, s, reflect.TypeOf(in).Elem())
	}
}

// bindAll checks that a shape and a type of the SDK have the same members, all the way down.
func bindAll(t *testing.T, path string, s *shape, typ reflect.Type) {
	t.Helper()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	kinds := map[shapeKind]reflect.Kind{
		kindBoolean: reflect.Bool, kindInteger: reflect.Int32, kindLong: reflect.Int64, kindString: reflect.String,
		kindBlob: reflect.Slice, kindTimestamp: reflect.Struct, kindList: reflect.Slice, kindMap: reflect.Map, kindStructure: reflect.Struct,
	}
	if typ.Kind() != kinds[s.kind] {
		t.Fatalf("%s: %s in model.txt and %s in the SDK", path, s.kind, typ)
	}
	switch s.kind {
	case kindList, kindMap:
		bindAll(t, path, s.element, typ.Elem())
	case kindStructure:
		s.fieldsOf(typ)
		if n := len(planOf(typ).fields); n != len(s.members) {
			t.Errorf("%s: %d members in model.txt and %d in the SDK", path, len(s.members), n)
		}
		for _, m := range s.members {
			f, _ := typ.FieldByName(m.name)
			bindAll(t, path+"."+m.name, m.shape, f.Type)
		}
	}
}

func TestDecodeSnapshots(t *testing.T) {
	all := inputs()
	for action, body := range snapshots(t, "request_snapshot", ".request.snap") {
		t.Run(action, func(t *testing.T) {
			fromJSON := fill(t, JSON, action, []byte(body))
			var e exchange
			call(t, &e, action, fromJSON)
			if diff := cmp.Diff(tree(t, body), tree(t, e.request)); diff != "" {
				t.Errorf("decoded and encoded again by the SDK (-snapshot +again):\n%s", diff)
			}
			fromCBOR := fill(t, CBOR, action, toCBOR(t, actionShapes[action], tree(t, body)))
			if !reflect.DeepEqual(fromJSON, fromCBOR) {
				t.Errorf("JSON and CBOR differ:\n%+v\n%+v", fromJSON, fromCBOR)
			}
			if all[action] == nil {
				t.Errorf("%s is no action of the client", action)
			}
		})
	}
}

// fill decodes without the checks of constraints, which a snapshot's values do not meet.
func fill(t *testing.T, f Format, action string, body []byte) any {
	t.Helper()
	d, err := Parse(f, body)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	defer d.Release()
	in := inputs()[action]
	if err := d.fill(actionShapes[action], 0, reflect.ValueOf(in).Elem()); err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return in
}

// toCBOR writes a request as the SDK for Java does: blobs raw, times as milliseconds
// under tag 1.
func toCBOR(t *testing.T, s *shape, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(native(s, v))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func native(s *shape, v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range x {
			if s.kind == kindMap {
				out[k] = native(s.element, e)
			} else {
				out[k] = native(s.members[s.byName[k]].shape, e)
			}
		}
		return out
	case []any:
		var out []any
		for _, e := range x {
			out = append(out, native(s.element, e))
		}
		return out
	case string:
		if s.kind == kindBlob {
			b, _ := base64.StdEncoding.DecodeString(x)
			return b
		}
	case json.Number:
		if n, err := x.Int64(); err == nil && s.kind == kindTimestamp {
			return cbor.Tag{Number: 1, Content: n * 1000}
		} else if err == nil {
			return n
		}
	}
	return v
}

func tree(t *testing.T, body string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return v
}

func TestEncodeSnapshots(t *testing.T) {
	all := inputs()
	for action, body := range snapshots(t, "response_snapshot", ".response.snap") {
		t.Run(action, func(t *testing.T) {
			in := fillRequired(all[action])
			out := call(t, &exchange{answer: body}, action, in)
			got := string(Encode(JSON, nil, out))
			if body == "{}" || body == "" {
				if got != "" {
					t.Errorf("got %s, want an empty body", got)
				}
				return
			}
			if diff := cmp.Diff(tree(t, body), tree(t, got)); diff != "" {
				t.Errorf("(-snapshot +encoded):\n%s", diff)
			}
			if diff := cmp.Diff(expectCBOR(reflect.ValueOf(out)), generic(t, Encode(CBOR, nil, out))); diff != "" {
				t.Errorf("CBOR (-want +got):\n%s", diff)
			}
		})
	}
}

// fillRequired sets what the client's own checks demand.
func fillRequired(in any) any {
	setAll(reflect.ValueOf(in).Elem())
	return in
}

func setAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setAll(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				setAll(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		setAll(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a": "b"}))
	case reflect.String:
		v.SetString("a")
	}
}

// expectCBOR is what a generic decoder should make of a response.
func expectCBOR(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return expectCBOR(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return cbor.Tag{Number: 1, Content: uint64(t.UnixMilli())}
		}
		out := map[any]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || f.Name == "ResultMetadata" || v.Field(i).IsZero() {
				continue
			}
			out[f.Name] = expectCBOR(v.Field(i))
		}
		return out
	case reflect.Slice:
		if b, ok := v.Interface().([]byte); ok {
			return b
		}
		var out []any
		for i := range v.Len() {
			out = append(out, expectCBOR(v.Index(i)))
		}
		return out
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return uint64(v.Int())
	}
	return v.String()
}

// generic decodes CBOR with the library, leaving tag 1 as it is.
func generic(t *testing.T, b []byte) (v any) {
	t.Helper()
	mode, err := cbor.DecOptions{TimeTag: cbor.DecTagIgnored}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.ReplaceAll(b, []byte{0xc1}, []byte{0xda, 0, 1, 0, 1}) // the library has a meaning of its own for tag 1
	if err := mode.Unmarshal(b, &v); err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	return retag(v)
}

// retag undoes the replacement of generic.
func retag(v any) any {
	switch x := v.(type) {
	case map[any]any:
		for k := range x {
			x[k] = retag(x[k])
		}
	case []any:
		for i := range x {
			x[i] = retag(x[i])
		}
	case cbor.Tag:
		return cbor.Tag{Number: 1, Content: x.Content}
	}
	return v
}

func TestErrorSnapshots(t *testing.T) {
	for file, body := range snapshots(t, "response_snapshot", "") {
		code, ok := strings.CutSuffix(file, ".error.snap")
		if !ok {
			continue
		}
		got := string(AppendError(JSON, nil, Errorf(code, "__Message__")))
		if got != body {
			t.Errorf("got %s, want %s", got, body)
		}
	}
}
