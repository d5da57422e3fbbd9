package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// deleteStream ends a stream in any state. It is DELETING for Config.StatusDelay.
func (s *Server) deleteStream(_ context.Context, c *Caller, in *kinesis.DeleteStreamInput) (*kinesis.DeleteStreamOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	force := in.EnforceConsumerDeletion != nil && *in.EnforceConsumerDeletion
	_, err = s.update(v, func(st *shard.Stream, doc *document) error {
		if len(doc.Consumers) > 0 && !force {
			return hasConsumers(v)
		}
		doc.Unborn = doc.Unborn || st.Status == shard.Creating
		st.Status, doc.Job = shard.Deleting, nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nil, s.later(func() error { return s.finish(v.ID) })
}

// hasConsumers says that a stream is not deleted because of its consumers.
func hasConsumers(v *view) error {
	return wire.Errorf(codeInUse, "DeleteStream can't delete %s:%s because there are consumers associated with this data stream. "+
		"To delete %s anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers "+
		"that are associated with it.", v.Scope.Account, v.Name, v.Name)
}
