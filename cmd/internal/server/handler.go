package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kinesql/connectors/kinesis/auth"
)

// routes says which handler answers a request.
type routes struct {
	kinesis, sts, cloudWatch http.Handler
	metrics                  http.Handler
	test                     http.Handler // nil: no test mode
	windows                  windows
	ready                    atomic.Bool
	healthy                  func() error // why nothing can be written any more
}

func newRoutes(kinesis http.Handler, side service, m *metrics, healthy func() error) *routes {
	return &routes{
		healthy: healthy, kinesis: kinesis, sts: &tokens{side}, cloudWatch: &cloudWatch{side},
		metrics: promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}),
	}
}

// ServeHTTP implements http.Handler.
func (h *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "Kinesis_") {
		h.kinesis.ServeHTTP(w, r) // nearly all requests
		return
	}
	h.route(r).ServeHTTP(w, r)
}

// route finds the handler of a request that does not say that it is for Kinesis.
func (h *routes) route(r *http.Request) http.Handler {
	if page := h.page(r); page != nil {
		return page
	}
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), cloudWatchTarget) || strings.HasPrefix(r.URL.Path, cloudWatchPath) {
		return h.cloudWatch
	}
	switch _, service := auth.Scope(r); service {
	case "sts":
		return h.sts
	case "monitoring":
		return h.cloudWatch
	}
	return h.kinesis
}

// page is the handler of a path of our own, or nil.
func (h *routes) page(r *http.Request) http.Handler {
	if h.test != nil && (r.URL.Path == "/reset" || strings.HasPrefix(r.URL.Path, "/test/")) {
		return h.test
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	switch r.URL.Path {
	case "/health":
		return h.status(true)
	case "/ready":
		return h.status(h.ready.Load())
	case "/metrics":
		return h.metrics
	case WindowsPath:
		return &h.windows
	}
	return nil
}

// status answers load balancers. A log that has failed is well again after a restart, so
// that it counts as ill health.
func (h *routes) status(good bool) http.Handler {
	code, text := http.StatusOK, "ok"
	if err := h.healthy(); err != nil {
		good, text = false, "restart the server: "+err.Error()
	} else if !good {
		text = "not ready"
	}
	if !good {
		code = http.StatusServiceUnavailable
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body, err := json.Marshal(map[string]string{"status": text})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write(append(body, '\n')) // the asker may be gone
	})
}
