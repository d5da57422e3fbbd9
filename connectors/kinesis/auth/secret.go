package auth

import "log/slog"

// Secret is a text that never shows itself: printed, logged or marshalled it is ***.
type Secret string

const hidden = "***"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal returns the text itself.
func (s Secret) Reveal() string { return string(s) }
