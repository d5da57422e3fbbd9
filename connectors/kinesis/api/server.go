package api

import (
	"log/slog"
	"sync"
	"time"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
)

// Config is what a Server needs. Log is required; all else has defaults.
type Config struct {
	Log  shard.Log
	Auth auth.Authenticator // nil: every well-formed signature is taken

	// Account and Region are those of requests that tell no other: account
	// 000000000000, us-east-1.
	Account, Region string

	// StatusDelay is how long streams and consumers stay CREATING, UPDATING and
	// DELETING.
	StatusDelay time.Duration

	// ShardLimit is the quota of open shards of an account and region; default 20,000.
	ShardLimit int

	// Heartbeat is how often a subscription without records gets an empty event,
	// default 5 s; SubscriptionLife how long it lives, default 5 min.
	Heartbeat, SubscriptionLife time.Duration

	Now     func() time.Time // default time.Now
	Logger  *slog.Logger     // default: none
	Metrics Metrics          // nil: none
}

// Metrics is told what happened, by CloudWatch's names of it. Methods may be called
// from any goroutine and return at once.
type Metrics interface {
	// Put counts records and bytes taken into and refused by a stream.
	Put(scope shard.Scope, stream string, action string, records, bytes, throttled int)
	// Get counts records and bytes handed out; behind is MillisBehindLatest.
	Get(scope shard.Scope, stream string, index uint32, action string, records, bytes int, behind int64)
	// Throttled counts a read refused by a rate limit.
	Throttled(scope shard.Scope, stream string, action string)
	// Request counts an answered request of any action; code is "" or the error's shape.
	Request(action, code string, took time.Duration)
}

// Server answers requests. It is an http.Handler.
type Server struct {
	cfg     Config
	actions map[string]action

	views sync.Map   // shard.StreamID -> *view
	quota sync.Mutex // held from the check of a quota to what uses it up
	// afterFunc runs a function after a time; time.AfterFunc but in tests.
	afterFunc func(time.Duration, func())

	iteratorKey   iteratorKey
	limits        sync.Map // shard.StreamID -> *limits
	answers       answers
	hubs          hubs
	subscriptions subscriptions

	closed chan struct{} // closed by Close: subscriptions end
	once   sync.Once
}

// New returns a Server.
func New(cfg Config) *Server {
	if cfg.Account == "" {
		cfg.Account = "000000000000"
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if cfg.ShardLimit == 0 {
		cfg.ShardLimit = 20_000
	}
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = 5 * time.Second
	}
	if cfg.SubscriptionLife == 0 {
		cfg.SubscriptionLife = 5 * time.Minute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, actions: map[string]action{}, closed: make(chan struct{}),
		afterFunc: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
	s.addControl()
	s.addData()
	s.resume()
	return s
}

// Close ends subscriptions cleanly and lets no new ones begin; other requests are
// still answered. The caller shuts the HTTP server down after it.
func (s *Server) Close() {
	s.once.Do(func() { close(s.closed) })
	s.subscriptions.endAll()
}
