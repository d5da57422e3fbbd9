package api

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// addData adds the actions on records, iterators and subscriptions.
func (s *Server) addData() {
	put := handle(s.putRecord)
	put.fast = s.fastPutRecord
	s.actions["PutRecord"] = put
	puts := handle(s.putRecords)
	puts.fast = s.fastPutRecords
	s.actions["PutRecords"] = puts
	s.actions["GetShardIterator"] = handle(s.getShardIterator)
	s.actions["GetRecords"] = action{
		input: func() any { return new(kinesis.GetRecordsInput) },
		raw: func(w http.ResponseWriter, r *http.Request, c *Caller, in any) error {
			return s.answerGetRecords(w, r, c, in.(*kinesis.GetRecordsInput))
		},
	}
	s.actions["SubscribeToShard"] = action{
		input: func() any { return new(kinesis.SubscribeToShardInput) },
		raw: func(w http.ResponseWriter, r *http.Request, c *Caller, in any) error {
			return s.subscribe(w, r, c, in.(*kinesis.SubscribeToShardInput))
		},
	}
}

func (s *Server) getShardIterator(_ context.Context, c *Caller, in *kinesis.GetShardIteratorInput) (*kinesis.GetShardIteratorOutput, error) {
	v, sh, err := s.readable(c, in.StreamName, in.StreamARN, aws.ToString(in.ShardId))
	if err != nil {
		return nil, err
	}
	next, err := s.place(v, sh, position{"GetShardIterator", string(in.ShardIteratorType), in.StartingSequenceNumber, in.Timestamp})
	if err != nil {
		return nil, err
	}
	if aws.ToBool(in.DryRun) {
		return nil, dryRun()
	}
	text, err := s.newIterator(v, sh.Index, next)
	return &kinesis.GetShardIteratorOutput{ShardIterator: &text}, err
}
