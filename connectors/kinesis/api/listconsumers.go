package api

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
)

// listConsumers lists the consumers of a stream by name.
func (s *Server) listConsumers(_ context.Context, c *Caller, in *kinesis.ListStreamConsumersInput) (*kinesis.ListStreamConsumersOutput, error) {
	v, err := s.resolve(c, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	page := pageToken{Kind: "consumers", Stream: v.ID, Name: v.Name}
	if in.NextToken != nil {
		if in.StreamCreationTimestamp != nil {
			return nil, wire.Errorf(codeInvalidArgument, "NextToken and StreamCreationTimestamp cannot be provided together.")
		}
		if page, err = s.decodeToken(*in.NextToken, "consumers"); err != nil {
			return nil, err
		}
		if page.Stream != v.ID {
			return nil, wire.Errorf(codeInvalidArgument, "NextToken is not one of stream %s.", *in.StreamARN)
		}
	}
	if err := sameCreation(v, in.StreamCreationTimestamp); err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(v.doc.Consumers))
	names = slices.DeleteFunc(names, func(n string) bool { return n <= page.After })
	n := min(len(names), pageSize(in.MaxResults, pageLimit))
	out := &kinesis.ListStreamConsumersOutput{Consumers: []types.Consumer{}}
	for _, name := range names[:n] {
		con := v.doc.Consumers[name]
		out.Consumers = append(out.Consumers, con.summary())
	}
	if n < len(names) {
		page.After = names[n-1]
		out.NextToken = s.encodeToken(page)
	}
	return out, nil
}
