package api

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// addTags adds tags to a stream, or changes their values.
func (s *Server) addTags(_ context.Context, c *Caller, in *kinesis.AddTagsToStreamInput) (*kinesis.AddTagsToStreamOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	return nil, s.tagStream(v, in.Tags)
}

func (s *Server) tagStream(v *view, add map[string]string) error {
	_, err := s.update(v, func(_ *shard.Stream, doc *document) error {
		if err := checkTags(tagsOfStream("add tags to", v.Name, v.Scope), doc.Tags, add); err != nil {
			return err
		}
		doc.Tags = withTags(doc.Tags, add)
		doc.tagged()
		return nil
	})
	return err
}

// removeTags takes tags off a stream; that one is not there is no error.
func (s *Server) removeTags(_ context.Context, c *Caller, in *kinesis.RemoveTagsFromStreamInput) (*kinesis.RemoveTagsFromStreamOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	return nil, s.untagStream(v, in.TagKeys)
}

func (s *Server) untagStream(v *view, keys []string) error {
	if err := checkTagTexts(tagsOfStream("remove tags from", v.Name, v.Scope), keys); err != nil {
		return err
	}
	_, err := s.update(v, func(_ *shard.Stream, doc *document) error {
		doc.Tags = withoutTags(doc.Tags, keys)
		doc.tagged()
		return nil
	})
	return err
}

// listTags lists the tags of a stream by key.
func (s *Server) listTags(_ context.Context, c *Caller, in *kinesis.ListTagsForStreamInput) (*kinesis.ListTagsForStreamOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	tags := tagList(v.doc.Tags)
	if in.ExclusiveStartTagKey != nil {
		tags = slices.DeleteFunc(tags, func(t types.Tag) bool { return *t.Key <= *in.ExclusiveStartTagKey })
	}
	n := min(len(tags), pageSize(in.Limit, tagLimit))
	return &kinesis.ListTagsForStreamOutput{Tags: tags[:n], HasMoreTags: new(n < len(tags))}, nil
}

// tagList is tags for an answer, by key, never nil.
func tagList(tags map[string]string) []types.Tag {
	out := []types.Tag{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: new(k), Value: new(tags[k])})
	}
	return out
}
