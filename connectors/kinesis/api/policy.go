package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// policyLimit is the greatest length of a resource policy in bytes.
const policyLimit = 20 * 1024

// putPolicy attaches a policy to a stream or consumer, in place of the last one.
func (s *Server) putPolicy(_ context.Context, c *Caller, in *kinesis.PutResourcePolicyInput) (*kinesis.PutResourcePolicyOutput, error) {
	r, err := s.policyResource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := checkPolicy(*in.Policy); err != nil {
		return nil, wire.Errorf(codeInvalidArgument, "Policy for %s is invalid: %s.", *in.ResourceARN, err)
	}
	return nil, s.setPolicy(r, *in.Policy)
}

// getPolicy tells the policy of a stream or consumer: {} if there is none.
func (s *Server) getPolicy(_ context.Context, c *Caller, in *kinesis.GetResourcePolicyInput) (*kinesis.GetResourcePolicyOutput, error) {
	r, err := s.policyResource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	policy := r.policy()
	if policy == "" {
		policy = "{}"
	}
	return &kinesis.GetResourcePolicyOutput{Policy: &policy}, nil
}

// deletePolicy takes the policy off a stream or consumer.
func (s *Server) deletePolicy(_ context.Context, c *Caller, in *kinesis.DeleteResourcePolicyInput) (*kinesis.DeleteResourcePolicyOutput, error) {
	r, err := s.policyResource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r.policy() == "" {
		return nil, wire.Errorf(codeNotFound, "No resource policy found for resource ARN %s.", *in.ResourceARN)
	}
	return nil, s.setPolicy(r, "")
}

// policyResource finds the stream or consumer of a policy. These actions name a stream
// that is not there by its ARN.
func (s *Server) policyResource(c *Caller, arn string) (resource, error) {
	r, err := s.resource(c, arn)
	var e *wire.Error
	if errors.As(err, &e) && e.Code == codeNotFound && r.view == nil {
		if scope, _, ok := parseStreamARN(arn); ok {
			return r, notFound(scope, arn)
		}
	}
	return r, err
}

func (r resource) policy() string {
	if r.consumer != nil {
		return r.consumer.Policy
	}
	return r.doc.Policy
}

func (s *Server) setPolicy(r resource, policy string) error {
	if r.consumer != nil {
		return r.changeConsumer(s, func(con *consumer) error {
			con.Policy = policy
			return nil
		})
	}
	_, err := s.update(r.view, func(_ *shard.Stream, doc *document) error {
		doc.Policy = policy
		return nil
	})
	return err
}

// checkPolicy checks that a text is a policy of statements by its form.
func checkPolicy(text string) error {
	if len(text) > policyLimit {
		return errors.New("it is longer than 20 KiB")
	}
	statements, err := readPolicy(text)
	if err != nil {
		return err
	}
	for _, st := range statements {
		if st.NotPrincipal != nil || st.NotAction != nil || st.NotResource != nil {
			return errors.New("NotPrincipal, NotAction and NotResource cannot be judged here; say what is meant without them")
		}
		if (st.Effect != "Allow" && st.Effect != "Deny") || st.Principal == nil || len(st.Action) == 0 {
			return errors.New("each Statement needs Effect, Principal and Action")
		}
	}
	return nil
}

// readPolicy reads the statements of a policy, of which there is one at least.
func readPolicy(text string) ([]statement, error) {
	var p struct {
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	var many []statement
	if json.Unmarshal(p.Statement, &many) != nil {
		many = make([]statement, 1)
		if json.Unmarshal(p.Statement, &many[0]) != nil {
			return nil, errors.New("it has no Statement")
		}
	}
	if len(many) == 0 {
		return nil, errors.New("it has no Statement")
	}
	return many, nil
}

// statement is what is looked at of a policy's statement.
type statement struct {
	Effect       string
	Principal    json.RawMessage
	NotPrincipal json.RawMessage
	Action       auth.Texts
	NotAction    json.RawMessage
	Resource     auth.Texts
	NotResource  json.RawMessage
	Condition    json.RawMessage
}
