package auth

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPolicy(t *testing.T) {
	const clicks = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
	p := &Policy{Statements: []Statement{
		{Effect: "Allow", Action: Texts{"kinesis:Get*", "kinesis:putrecord"}, Resource: Texts{"arn:aws:kinesis:*:*:stream/click?"}},
		{Effect: "Allow", Action: Texts{"kinesis:ListStreams"}, Resource: Texts{"*"}},
		{Effect: "Deny", Action: Texts{"*"}, Resource: Texts{"*/clicks/consumer/*"}},
		{Effect: "Deny", Action: Texts{"kinesis:GetResourcePolicy"}, Resource: Texts{"*"}},
	}}
	id := &Identity{Account: "123456789012", Name: "bob", Policy: p}
	for _, c := range []struct{ action, resource, want string }{
		{"kinesis:GetRecords", clicks, ""},
		{"kinesis:PutRecord", clicks, ""}, // actions match in any case
		{"kinesis:PutRecords", clicks, "because no identity-based policy allows the kinesis:PutRecords action"},
		{"kinesis:GetRecords", clicks + "2", "because no identity-based policy allows the kinesis:GetRecords action"},
		{"kinesis:GetRecords", strings.ToUpper(clicks), "because no identity-based policy allows the kinesis:GetRecords action"},
		{"kinesis:GetResourcePolicy", clicks, "with an explicit deny in an identity-based policy"},
		{"kinesis:ListStreams", "*", ""},
		{"kinesis:ListStreams", clicks + "/consumer/x:1", "with an explicit deny in an identity-based policy"},
	} {
		err := id.Authorize(c.action, c.resource)
		got, want := "", c.want
		if err != nil {
			got = err.Message
		}
		if want != "" {
			want = "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: " + c.action + " on resource: " + c.resource + " " + want
		}
		if got != want || (err != nil && (err.Code != "AccessDeniedException" || err.Status != 400)) {
			t.Errorf("%s on %s:\n got %q\nwant %q", c.action, c.resource, got, want)
		}
		if p.Allows(c.action, c.resource) != (c.want == "") {
			t.Errorf("%s on %s: Allows tells other than Authorize", c.action, c.resource)
		}
	}
	if err := (&Identity{}).Authorize("kinesis:DeleteStream", clicks); err != nil {
		t.Errorf("without a policy: %v", err)
	}
}

// TestWildcard compares with a matcher that is obviously right.
func TestWildcard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab]{0,8}`).Draw(t, "text")
		if got, want := wildcard(pattern, text), plainly(pattern, text); got != want {
			t.Fatalf("%q with %q: got %v", text, pattern, got)
		}
	})
}

func plainly(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return plainly(pattern[1:], text) || (text != "" && plainly(pattern, text[1:]))
	}
	return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && plainly(pattern[1:], text[1:])
}

// TestWildcardTime matches what takes naive matchers for ever.
func TestWildcardTime(t *testing.T) {
	begun := time.Now()
	if wildcard(strings.Repeat("*a", 1000)+"b", strings.Repeat("a", 20_000)) {
		t.Error("matched")
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
