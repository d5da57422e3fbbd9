// Package generator is the connector "generator": streams that are made up.
package generator
