package server

import (
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
	ready                    atomic.Bool
}

func newRoutes(kinesis http.Handler, side service, m *metrics) *routes {
	return &routes{
		kinesis: kinesis, sts: &tokens{side}, cloudWatch: &cloudWatch{side},
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
		return status(true, "ok")
	case "/ready":
		if h.ready.Load() {
			return status(true, "ready")
		}
		return status(false, "not ready")
	case "/metrics":
		return h.metrics
	}
	return nil
}

// status answers load balancers, with a text for people.
func status(good bool, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code := http.StatusOK
		if !good {
			code = http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(`{"status":"` + text + `"}` + "\n"))
	})
}
