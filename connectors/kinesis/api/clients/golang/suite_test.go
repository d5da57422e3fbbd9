package golang

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go/middleware"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

// suite is a client of one server, and what tests of the server share.
type suite struct {
	*kinesis.Client
	server *clienttest.Server
}

// start starts a server and a client of it.
func start(t *testing.T, args ...string) *suite {
	t.Helper()
	server := clienttest.Start(t, args...)
	return &suite{client(server.URL, clienttest.AccessKey, clienttest.SecretKey, clienttest.Region), server}
}

// client returns an SDK client; nothing but the endpoint is changed.
func client(url, key, secret, region string, more ...func(*kinesis.Options)) *kinesis.Client {
	return kinesis.NewFromConfig(aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider(key, secret, ""),
	}, append([]func(*kinesis.Options){record}, more...)...)
}

// answered holds the names of the actions that some test called.
var answered sync.Map

// record notes each action that a client calls.
func record(o *kinesis.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("record", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			answered.Store(awsmiddleware.GetOperationName(ctx), true)
			return next.HandleFinalize(ctx, in)
		}), middleware.Before)
	})
}

// TestActions calls every action of the service's model.
func TestActions(t *testing.T) {
	s := start(t)
	for _, group := range []struct {
		name string
		test func(*testing.T, *suite)
	}{
		{"stream life", streamLife},
		{"stream lists", streamLists},
		{"records", records},
		{"iterators", iterators},
		{"dry run", dryRun},
		{"resharding", resharding},
		{"shard lists", shardLists},
		{"consumers", consumers},
		{"subscription", subscription},
		{"tags", tags},
		{"policies", policies},
		{"settings of streams", streamSettings},
		{"settings of accounts", accountSettings},
		{"channels", channels},
		{"scopes", scopes},
		{"mistakes", mistakes},
	} {
		t.Run(group.name, func(t *testing.T) { group.test(t, s) })
	}
	t.Run("every action", func(t *testing.T) {
		names := actions()
		if len(names) < 45 {
			t.Errorf("the SDK has %d actions, want at least 45", len(names))
		}
		for _, name := range names {
			if _, ok := answered.Load(name); !ok {
				t.Errorf("%s was not called", name)
			}
		}
	})
}

// actions returns the actions that the SDK's client has methods for.
func actions() []string {
	var names []string
	for typ, i := reflect.TypeFor[*kinesis.Client](), 0; i < typ.NumMethod(); i++ {
		m := typ.Method(i)
		if m.Type.NumIn() == 4 && strings.HasSuffix(m.Type.In(2).String(), m.Name+"Input") {
			names = append(names, m.Name)
		}
	}
	return names
}

// makeStream creates a stream and waits for it with the SDK's waiter.
func (s *suite) makeStream(t *testing.T, name string, shards int32) (arn string) {
	t.Helper()
	_, err := s.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &shards})
	ok(t, err)
	return s.await(t, name)
}

// await waits until a stream is ACTIVE and returns its ARN.
func (s *suite) await(t *testing.T, name string) (arn string) {
	t.Helper()
	w := kinesis.NewStreamExistsWaiter(s, func(o *kinesis.StreamExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 100*time.Millisecond
	})
	out, err := w.WaitForOutput(t.Context(), &kinesis.DescribeStreamInput{StreamName: &name}, 20*time.Second)
	ok(t, err)
	return *out.StreamDescription.StreamARN
}

// until asks again until done says yes; the server needs a little time for what it
// does after it has answered.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused fails the test unless err is the typed error E with text in its message.
func refused[E error](t *testing.T, err error, text string) {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Errorf("got error %v, want a %T", err, want)
	} else if !strings.Contains(err.Error(), text) {
		t.Errorf("got error %v, want it to say %q", err, text)
	}
}

// The errors that tests meet most.
type (
	notFound = *types.ResourceNotFoundException
	inUse    = *types.ResourceInUseException
	invalid  = *types.InvalidArgumentException
)

// refusedAs is refused for shapes that the SDK has no type for in all versions.
func refusedAs(t *testing.T, err error, code, text string) {
	t.Helper()
	var api interface{ ErrorCode() string }
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got error %v, want %s", err, code)
	} else if !strings.Contains(err.Error(), text) {
		t.Errorf("got error %v, want it to say %q", err, text)
	}
}
