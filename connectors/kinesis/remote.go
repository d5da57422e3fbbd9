package kinesis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
)

// RemoteConnector is the name of the connector of streams behind an endpoint.
const RemoteConnector = "kinesis"

// Remote is the connector "kinesis".
type Remote struct {
	formats []format.Format
	monitor *Monitor
	budgets *budgets
	clock   clock
}

// NewRemote returns the connector.
func NewRemote(formats []format.Format, monitor *Monitor) *Remote {
	return &Remote{formats: formats, monitor: monitor, budgets: newBudgets(), clock: wallClock{}}
}

// Name implements connectors.Connector.
func (c *Remote) Name() string { return RemoteConnector }

// manySources is how many instances may share the shards of a stream: nobody has
// asked yet how many there are, and those without a shard end at once.
const manySources = 256

// Describe implements connectors.Connector. It does not ask the endpoint.
func (c *Remote) Describe(spec connectors.Spec) (connectors.Description, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	if _, err := readAddress(spec); err != nil {
		return connectors.Description{}, err
	}
	d, err := describe(spec, opts, c.formats)
	d.MaxSources = manySources
	return d, err
}

// address is which stream of which endpoint is meant, and who asks.
type address struct {
	stream, arn, endpoint, region string
	key, secret, token            string
	consumer                      string // of enhanced fan-out; empty: polling
}

func readAddress(spec connectors.Spec) (a address, err error) {
	o := spec.Options
	name := o.String("stream", spec.Stream)
	if a.stream = name; strings.HasPrefix(name, "arn:") {
		a.stream, a.arn = "", name
	}
	a.endpoint, a.region = o.String("endpoint", ""), o.String("region", "")
	a.key, a.secret, a.token = o.String("access_key_id", ""), o.String("secret_access_key", ""), o.String("session_token", "")
	a.consumer = o.String("enhanced_fan_out", "")
	if v, given := o.Lookup("enhanced_fan_out"); given && v == "" {
		return a, &connectors.OptionError{Key: "enhanced_fan_out", Message: "want the name of a consumer"}
	}
	if (a.key == "") != (a.secret == "") {
		return a, &connectors.OptionError{Key: "access_key_id", Message: "goes together with secret_access_key: give both, or neither for the usual places where AWS looks"}
	}
	if a.endpoint != "" {
		if u, err := url.Parse(a.endpoint); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return a, &connectors.OptionError{Key: "endpoint", Message: fmt.Sprintf("want a URL such as http://127.0.0.1:4567, got %q", a.endpoint)}
		}
	}
	return a, nil
}

// local reports whether the endpoint is on this machine, where keys are not
// necessarily asked for.
func (a address) local() bool {
	u, err := url.Parse(a.endpoint)
	if err != nil || a.endpoint == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// clients returns what makes clients of the endpoint.
func (a address) clients(ctx context.Context) (func() *kinesis.Client, error) {
	var opts []func(*config.LoadOptions) error
	if a.region != "" {
		opts = append(opts, config.WithRegion(a.region))
	}
	if a.key != "" {
		opts = append(opts, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(a.key, a.secret, a.token)))
	}
	if a.local() {
		opts = append(opts, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return nil, err
	}
	if a.local() {
		cfg.Region = firstOf(cfg.Region, "us-east-1")
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			cfg.Credentials = credentials.NewStaticCredentialsProvider("kinesql", "kinesql", "")
		}
	}
	if cfg.Region == "" {
		return nil, errors.New("no region: give the option region, or set AWS_REGION")
	}
	return func() *kinesis.Client {
		return kinesis.NewFromConfig(cfg, Steady, func(o *kinesis.Options) {
			if a.endpoint != "" {
				o.BaseEndpoint = aws.String(a.endpoint)
			}
			o.Retryer = aws.NopRetryer{} // see retry
		})
	}, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (c *Remote) service(spec connectors.Spec) (Service, error) {
	a, err := readAddress(spec)
	if err != nil {
		return nil, err
	}
	clients, err := a.clients(context.Background())
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", spec.Stream, err)
	}
	return &remote{
		client: clients(), clients: clients, address: a, name: spec.Stream, clock: c.clock,
		budget: c.budgets.of(a.endpoint + "|" + a.region + "|" + a.stream + a.arn),
	}, nil
}

// Source implements connectors.Connector.
func (c *Remote) Source(spec connectors.SourceSpec) (operators.Source, error) {
	return newSource(spec, c.formats, c.monitor, func() (Service, error) { return c.service(spec.Spec) })
}

// Sink implements connectors.Connector.
func (c *Remote) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	s, err := c.service(spec.Spec)
	if err != nil {
		return nil, err
	}
	return newSink(spec, s, func() {})
}

// clock is the time of the wall, or of a test.
type clock interface {
	Now() time.Time
	// Sleep returns after d, or with the cause when ctx ends before.
	Sleep(ctx context.Context, d time.Duration) error
}

type wallClock struct{}

// Now implements clock.
func (wallClock) Now() time.Time { return time.Now() }

// Sleep implements clock.
func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// budgets hold what clients of the process may ask of each stream.
type budgets struct {
	mu    sync.Mutex
	lists map[string]*budget
}

func newBudgets() *budgets { return &budgets{lists: map[string]*budget{}} }

func (b *budgets) of(stream string) *budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lists[stream] == nil {
		b.lists[stream] = newBudget()
	}
	return b.lists[stream]
}
