package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
)

// WindowsPath answers GET with ?pump=name: the windows that a pump of the scripts
// keeps open, and why, as a JSON array.
const WindowsPath = "/windows"

// windows answers those who ask why a window is open.
type windows struct {
	// find tells of the open windows of a pump; nil: there are no scripts.
	find atomic.Pointer[func(ctx context.Context, pump string) (any, error)]
}

// ShowWindows says who knows the open windows of the scripts' pumps. find returns
// what is answered as JSON.
func (s *Server) ShowWindows(find func(ctx context.Context, pump string) (any, error)) {
	s.routes.windows.find.Store(&find)
}

// ServeHTTP implements http.Handler.
func (h *windows) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	find := h.find.Load()
	if find == nil {
		http.Error(w, "the server runs no script, so there are no pumps", http.StatusNotFound)
		return
	}
	pump := r.URL.Query().Get("pump")
	if pump == "" {
		http.Error(w, "say which pump: "+WindowsPath+"?pump=name", http.StatusBadRequest)
		return
	}
	found, err := (*find)(r.Context(), pump)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(found) // the asker may be gone
}
