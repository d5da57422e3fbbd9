package wire

import "fmt"

// Error is an error as a client sees it: a shape of the service's model, a text,
// and the HTTP status.
type Error struct {
	Code    string // the shape: ResourceNotFoundException
	Message string
	Status  int
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf returns a client error, status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 400}
}
