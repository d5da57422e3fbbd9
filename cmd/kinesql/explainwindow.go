package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/cmd/internal/server"
)

// maxAnswer is the longest answer that is read from a server.
const maxAnswer = 16 << 20

// explainWindow asks a running server why the windows of a pump are still open.
func explainWindow(cmd *cobra.Command, endpoint, pump string) error {
	windows, err := askWindows(cmd.Context(), endpoint, pump)
	if err != nil {
		return &status{exitError, err}
	}
	for _, w := range windows {
		if _, err := fmt.Fprint(cmd.OutOrStdout(), windowText(w)); err != nil {
			return &status{exitError, err}
		}
	}
	return nil
}

func askWindows(ctx context.Context, endpoint, pump string) (out []engine.OpenWindow, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	target := strings.TrimSuffix(endpoint, "/") + server.WindowsPath + "?pump=" + url.QueryEscape(pump)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w (is kinesql serve running there? --endpoint says where)", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", target, strings.TrimSpace(string(body)))
	}
	return out, json.Unmarshal(body, &out)
}

// windowText is a window as people read it.
func windowText(w engine.OpenWindow) string {
	if w.Start == "" {
		return w.Why + "\n"
	}
	out := fmt.Sprintf("window %s to %s: %d rows in %d groups so far\n  watermark %s, %s behind the end\n",
		w.Start, w.End, w.Rows, w.Groups, w.Watermark, w.Behind)
	return out + "  " + w.Why + "\n"
}
