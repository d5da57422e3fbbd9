package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
)

// shared is the actions that a resource policy can allow to other accounts, on
// streams and on consumers.
var shared = []string{"DescribeStream", "DescribeStreamSummary", "ListShards", "PutRecord", "PutRecords",
	"GetShardIterator", "GetRecords", "DescribeStreamConsumer", "SubscribeToShard"}

// granted returns the caller of a request on a stream or consumer of another account:
// one in that account, if the policy there lets the caller in, or the caller as they
// are, to whom it is unknown. A policy gives to other accounts; it takes nothing from
// its own.
func (s *Server) granted(c *Caller, action string, in any) *Caller {
	if !slices.Contains(shared, action) {
		return c
	}
	v := reflect.ValueOf(in).Elem()
	arn, ok := textOf(v, "ConsumerARN")
	if !ok {
		if arn, ok = textOf(v, "StreamARN"); !ok {
			return c
		}
	}
	scope, _, ok := parseARN(arn)
	if !ok || scope.Account == c.Scope.Account || scope.Region != c.Scope.Region {
		return c
	}
	owner := &Caller{Scope: scope, Identity: c.Identity}
	r, err := s.resource(owner, arn)
	if err != nil || !policyFor(r.policy(), c).Allows("kinesis:"+action, arn) {
		return c
	}
	return owner
}

// policyFor is the statements of a resource policy that are about a caller. Conditions
// are not judged: a statement with one allows nothing, and denies as if it held.
func policyFor(text string, c *Caller) *auth.Policy {
	out := &auth.Policy{}
	if text == "" {
		return out
	}
	statements, err := readPolicy(text)
	if err != nil {
		return out
	}
	for _, st := range statements {
		if st.Effect == "Allow" && st.Condition != nil || !st.names(c.Scope, c.Identity) {
			continue
		}
		resource := st.Resource
		if len(resource) == 0 {
			resource = auth.Texts{"*"} // it is attached to the resource
		}
		out.Statements = append(out.Statements, auth.Statement{Effect: st.Effect, Action: st.Action, Resource: resource})
	}
	return out
}

// names reports whether a statement is about a caller: all, their account, or them.
func (st statement) names(scope shard.Scope, id *auth.Identity) bool {
	var all string
	if json.Unmarshal(st.Principal, &all) == nil {
		return all == "*"
	}
	var by struct{ AWS auth.Texts }
	if json.Unmarshal(st.Principal, &by) != nil {
		return false
	}
	return slices.ContainsFunc(by.AWS, func(p string) bool {
		if p == "*" || p == scope.Account {
			return true
		}
		_, rest, ok := strings.Cut(p, ":iam::"+scope.Account+":")
		return ok && (rest == "root" || id != nil && id.Name != "" && rest == "user/"+id.Name)
	})
}
