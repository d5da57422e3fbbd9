package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// tagResource adds tags to a stream or consumer, or changes their values.
func (s *Server) tagResource(_ context.Context, c *Caller, in *kinesis.TagResourceInput) (*kinesis.TagResourceOutput, error) {
	r, err := s.resource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r.consumer == nil {
		return nil, s.tagStream(r.view, in.Tags)
	}
	return nil, r.changeConsumer(s, func(con *consumer) error {
		if err := checkTags(tagsOfConsumer("add tags to", con.Name, r.Scope), con.Tags, in.Tags); err != nil {
			return err
		}
		con.Tags = withTags(con.Tags, in.Tags)
		return nil
	})
}

// untagResource takes tags off a stream or consumer.
func (s *Server) untagResource(_ context.Context, c *Caller, in *kinesis.UntagResourceInput) (*kinesis.UntagResourceOutput, error) {
	r, err := s.resource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r.consumer == nil {
		return nil, s.untagStream(r.view, in.TagKeys)
	}
	return nil, r.changeConsumer(s, func(con *consumer) error {
		if err := checkTagTexts(tagsOfConsumer("remove tags from", con.Name, r.Scope), in.TagKeys); err != nil {
			return err
		}
		con.Tags = withoutTags(con.Tags, in.TagKeys)
		return nil
	})
}

// listResourceTags lists all tags of a stream or consumer by key.
func (s *Server) listResourceTags(_ context.Context, c *Caller, in *kinesis.ListTagsForResourceInput) (*kinesis.ListTagsForResourceOutput, error) {
	r, err := s.resource(c, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := r.doc.Tags
	if r.consumer != nil {
		tags = r.consumer.Tags
	}
	return &kinesis.ListTagsForResourceOutput{Tags: tagList(tags)}, nil
}
