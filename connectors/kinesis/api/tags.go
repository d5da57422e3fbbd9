package api

import (
	"maps"
	"strings"
	"unicode"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	// tagLimit is how many tags a stream or consumer may have.
	tagLimit = 50
	// rateLimitTag switches the service's limits of rates on for a stream: "on" or "off".
	rateLimitTag = "kinesql:rate-limits"
)

// tagsOf says what tags are being changed, for messages.
type tagsOf struct{ act, kind, name, account string }

func tagsOfStream(act, name string, scope shard.Scope) tagsOf {
	return tagsOf{act, "stream", name, scope.Account}
}

func tagsOfConsumer(act, name string, scope shard.Scope) tagsOf {
	return tagsOf{act, "consumer", name, scope.Account}
}

// tagged sets what follows from the tags of a stream.
func (d *document) tagged() { d.RateLimits = d.Tags[rateLimitTag] == "on" }

// checkTags checks tags that are to be added to others.
func checkTags(of tagsOf, have, add map[string]string) error {
	texts := make([]string, 0, 2*len(add))
	n := len(have)
	for k, v := range add {
		texts = append(texts, k, v)
		if _, ok := have[k]; !ok {
			n++
		}
	}
	if err := checkTagTexts(of, texts); err != nil {
		return err
	}
	for k, v := range add {
		if strings.HasPrefix(strings.ToLower(k), "aws:") {
			return of.refuse("because tag keys that start with aws: are reserved.")
		}
		if of.kind == "stream" && k == rateLimitTag && v != "on" && v != "off" { // or a typing error would switch nothing, and say so to nobody
			return of.refuse("because the value of %s is on or off, not %s.", k, v)
		}
	}
	if n > tagLimit {
		return of.refuse("because a given %s cannot have more than %d tags associated with it.", of.kind, tagLimit)
	}
	return nil
}

// checkTagTexts checks the characters of keys and values. Colons are taken, though
// the service's text does not name them. A percent sign passes the
// first check, and has a refusal of its own, as with Kinesis.
func checkTagTexts(of tagsOf, texts []string) error {
	for _, t := range texts {
		if strings.IndexFunc(t, func(r rune) bool { return !isTagRune(r) }) >= 0 {
			return wire.Errorf(codeInvalidArgument, "Some tags contain invalid characters. Valid characters: "+
				"Unicode letters, digits, white space, _ . / = + - %% @.")
		}
	}
	for _, t := range texts {
		if strings.Contains(t, "%") {
			return of.refuse("because some tags contained illegal characters. The allowed characters are " +
				"Unicode letters, white-spaces, '_',',','/','=','+','-','@'.")
		}
	}
	return nil
}

// refuse says that tags are not changed, and why.
func (of tagsOf) refuse(why string, args ...any) error {
	args = append([]any{of.act, of.kind, of.name, of.account}, args...)
	return wire.Errorf(codeInvalidArgument, "Failed to %s %s %s under account %s "+why, args...)
}

// isTagRune reports whether a tag may have a character: white space is that of
// Unicode's class of separators, so no tabs and line ends.
func isTagRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.In(r, unicode.Z, unicode.M, unicode.N) || strings.ContainsRune("_./=+-%@:", r)
}

// withTags adds tags to others, which stay as they are.
func withTags(have, add map[string]string) map[string]string {
	out := maps.Clone(have)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, add)
	return out
}

// withoutTags takes tags away.
func withoutTags(have map[string]string, keys []string) map[string]string {
	out := maps.Clone(have)
	for _, k := range keys {
		delete(out, k)
	}
	return out
}
