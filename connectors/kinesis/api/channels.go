package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
)

// addChannels adds the actions on channels, which deliver a stream to S3. They are
// known, decoded and checked, but not there yet.
func (s *Server) addChannels() {
	s.actions["CreateChannel"] = notYet[kinesis.CreateChannelInput, kinesis.CreateChannelOutput]("CreateChannel")
	s.actions["DeleteChannel"] = notYet[kinesis.DeleteChannelInput, kinesis.DeleteChannelOutput]("DeleteChannel")
	s.actions["DescribeChannel"] = notYet[kinesis.DescribeChannelInput, kinesis.DescribeChannelOutput]("DescribeChannel")
	s.actions["ListChannels"] = notYet[kinesis.ListChannelsInput, kinesis.ListChannelsOutput]("ListChannels")
	s.actions["UpdateChannel"] = notYet[kinesis.UpdateChannelInput, kinesis.UpdateChannelOutput]("UpdateChannel")
}

// notYet is an action that answers that this server does not have it yet.
func notYet[I, O any](name string) action {
	return handle(func(context.Context, *Caller, *I) (*O, error) {
		return nil, wire.Errorf("UnsupportedOperationException",
			"%s is not supported by this server yet: channels to S3 are still to come. Read the stream with a consumer instead.", name)
	})
}
