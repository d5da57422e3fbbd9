package api

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// resourceOf is the ARN of what a request is about, for policies: as the request has
// it, or that of the stream it names, or * for what concerns the whole account.
func (s *Server) resourceOf(c *Caller, in any) string {
	switch in := in.(type) {
	case *kinesis.GetRecordsInput: // reads where the iterator is, whatever else it names
		return s.iteratorResource(c, in.ShardIterator)
	case *kinesis.ListShardsInput:
		if in.NextToken != nil {
			return s.tokenResource(*in.NextToken)
		}
	}
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"ConsumerARN", "ChannelARN", "ResourceARN", "StreamARN"} {
		if arn, ok := textOf(v, name); ok {
			return arn
		}
	}
	if name, ok := textOf(v, "StreamName"); ok {
		return streamARN(c.Scope, name)
	}
	return "*"
}

// iteratorResource is the stream that an iterator reads. One that is invalid reads
// nothing; the action says so, to those who may read at all.
func (s *Server) iteratorResource(c *Caller, iterator *string) string {
	it, err := s.openIterator(c.Scope, *iterator)
	if err != nil && it.name == "" {
		return "*"
	}
	return streamARN(c.Scope, it.name)
}

// tokenResource is the stream whose shards a NextToken goes on to list.
func (s *Server) tokenResource(token string) string {
	t, err := s.decodeToken(token, "shards")
	if err != nil {
		return "*"
	}
	st, err := s.cfg.Log.Stream(t.Stream)
	if err != nil {
		return "*"
	}
	return streamARN(st.Scope, st.Name)
}

// textOf is the text of a structure's member that is there.
func textOf(v reflect.Value, name string) (string, bool) {
	f := v.FieldByName(name)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() {
		return "", false
	}
	return f.Elem().String(), true
}
