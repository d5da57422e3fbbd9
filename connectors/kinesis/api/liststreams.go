package api

import (
	"context"
	"encoding/base64"
	"sort"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// listStreams lists the streams of the caller's account and region by name. Its
// NextToken is the last name, and does not expire.
func (s *Server) listStreams(_ context.Context, c *Caller, in *kinesis.ListStreamsInput) (*kinesis.ListStreamsOutput, error) {
	streams := s.cfg.Log.Streams(c.Scope)
	start, err := listStart(in)
	if err != nil {
		return nil, err
	}
	streams = streams[sort.Search(len(streams), func(i int) bool { return streams[i].Name > start }):]
	n := min(len(streams), pageSize(in.Limit, pageLimit))
	out := &kinesis.ListStreamsOutput{StreamNames: []string{}, StreamSummaries: []types.StreamSummary{}, HasMoreStreams: new(n < len(streams))}
	for _, st := range streams[:n] {
		sum, err := s.summary(st)
		if err != nil {
			return nil, err
		}
		out.StreamNames = append(out.StreamNames, st.Name)
		out.StreamSummaries = append(out.StreamSummaries, sum)
	}
	if n < len(streams) {
		out.NextToken = new(base64.URLEncoding.EncodeToString([]byte(streams[n-1].Name)))
	}
	return out, nil
}

// listStart is the name that a list begins after; "" is before all.
func listStart(in *kinesis.ListStreamsInput) (string, error) {
	if in.NextToken == nil {
		if in.ExclusiveStartStreamName == nil {
			return "", nil
		}
		return *in.ExclusiveStartStreamName, nil
	}
	if in.ExclusiveStartStreamName != nil {
		return "", wire.Errorf(codeInvalidArgument, "NextToken and ExclusiveStartStreamName cannot be provided together.")
	}
	name, err := base64.URLEncoding.DecodeString(*in.NextToken)
	if err != nil || !isName(string(name)) {
		return "", wire.Errorf(codeInvalidArgument, "NextToken is invalid.")
	}
	return string(name), nil
}

func (s *Server) summary(st *shard.Stream) (types.StreamSummary, error) {
	v, err := s.view(st)
	if err != nil {
		return types.StreamSummary{}, err
	}
	return types.StreamSummary{
		StreamName:              new(st.Name),
		StreamARN:               new(streamARN(st.Scope, st.Name)),
		StreamStatus:            types.StreamStatus(st.Status),
		StreamModeDetails:       v.doc.mode(),
		StreamCreationTimestamp: new(st.Created),
	}, nil
}
