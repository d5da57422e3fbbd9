// Package lint is the project's rules as tests: which package may import which,
// how long files and functions may be, and what must be documented. Each failure
// says what to do.
package lint
