// Package terminal draws what people see on a terminal while a query runs: a
// progress line on standard error and a live table that is redrawn in place.
package terminal
