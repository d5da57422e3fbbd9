package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Policy allows and denies actions on resources. Deny wins; what no statement
// allows is denied.
type Policy struct {
	Version    string      `json:"Version,omitempty"` // 2012-10-17 or 2008-10-17; both mean the same here
	ID         string      `json:"Id,omitempty"`
	Statements []Statement `json:"Statement"`
}

// Statement is one rule of a Policy, by the grammar of IAM's JSON policies:
// wildcards * and ? in actions and resources. Conditions, NotAction and NotResource
// are refused when the policy is read, for to pass over them would grant too much.
type Statement struct {
	Sid      string `json:"Sid,omitempty"`
	Effect   string `json:"Effect"` // Allow or Deny
	Action   Texts  `json:"Action"`
	Resource Texts  `json:"Resource"`
}

// Texts is a list that JSON may spell as a single text, as IAM's policies do.
type Texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = Texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// check refuses what would never match, or match other than it reads.
func (p *Policy) check() error {
	if p.Version != "" && p.Version != "2012-10-17" && p.Version != "2008-10-17" {
		return fmt.Errorf("policy: Version %q: want 2012-10-17", p.Version)
	}
	if len(p.Statements) == 0 {
		return errors.New("policy: it has no Statement and would deny everything; leave the policy out to allow everything")
	}
	for i, s := range p.Statements {
		if err := s.check(); err != nil {
			return fmt.Errorf("policy: statement %d: %w", i+1, err)
		}
	}
	return nil
}

func (s *Statement) check() error {
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return fmt.Errorf("effect %q: want Allow or Deny", s.Effect)
	}
	if len(s.Action) == 0 || len(s.Resource) == 0 {
		return errors.New("want both Action and Resource, such as kinesis:* and *")
	}
	for _, a := range s.Action {
		if a != "*" && !strings.Contains(a, ":") {
			return fmt.Errorf("action %q: want service:action, such as kinesis:PutRecord", a)
		}
	}
	return nil
}

// Allows reports whether the policy lets an action such as kinesis:PutRecord be
// done on a resource.
func (p *Policy) Allows(action, resource string) bool {
	allowed, denied := p.decide(action, resource)
	return allowed && !denied
}

// decide tells whether a statement allows and whether one denies.
func (p *Policy) decide(action, resource string) (allowed, denied bool) {
	for i := range p.Statements {
		s := &p.Statements[i]
		if !s.covers(action, resource) {
			continue
		}
		if s.Effect == "Deny" {
			return allowed, true
		}
		allowed = true
	}
	return allowed, false
}

func (s *Statement) covers(action, resource string) bool {
	return s.Action.match(strings.ToLower(action), strings.ToLower) && s.Resource.match(resource, asIs)
}

func asIs(s string) string { return s }

func (t Texts) match(text string, fold func(string) string) bool {
	for _, pattern := range t {
		if wildcard(fold(pattern), text) {
			return true
		}
	}
	return false
}

// wildcard matches a text with a pattern in which * is any text and ? any
// character. It goes back to the last * only, so that its time is bounded by the
// product of the lengths.
func wildcard(pattern, text string) bool {
	p, t, star, resume := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
