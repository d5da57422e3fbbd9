// Package auth tells who sent a request and what they may do: AWS Signature
// Version 4 in header and query form, checked against a key file, and policies of
// actions and resources with wildcards.
package auth
