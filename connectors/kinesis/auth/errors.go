package auth

import "kinesql/connectors/kinesis/wire"

// The shapes of errors.
const (
	codeMissing      = "MissingAuthenticationTokenException"
	codeIncomplete   = "IncompleteSignatureException"
	codeInvalid      = "InvalidSignatureException"
	codeUnrecognized = "UnrecognizedClientException"
	codeExpired      = "ExpiredTokenException"
	codeDenied       = "AccessDeniedException"
)

func errMissing() *wire.Error {
	return wire.Errorf(codeMissing, "Missing Authentication Token")
}

func errUnrecognized() *wire.Error {
	return wire.Errorf(codeUnrecognized, "The security token included in the request is invalid.")
}

func errExpiredToken() *wire.Error {
	return wire.Errorf(codeExpired, "The security token included in the request is expired")
}
