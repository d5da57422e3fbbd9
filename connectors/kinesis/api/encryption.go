package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// startEncryption has the log encrypt the records that come from now on, under the
// name of a key that the client chose.
func (s *Server) startEncryption(_ context.Context, c *Caller, in *kinesis.StartStreamEncryptionInput) (*kinesis.StartStreamEncryptionOutput, error) {
	return nil, s.setKey(c, in.StreamName, in.StreamARN, in.EncryptionType, *in.KeyId)
}

// stopEncryption has the log write records as they are. Those that are encrypted
// stay so.
func (s *Server) stopEncryption(_ context.Context, c *Caller, in *kinesis.StopStreamEncryptionInput) (*kinesis.StopStreamEncryptionOutput, error) {
	return nil, s.setKey(c, in.StreamName, in.StreamARN, in.EncryptionType, "")
}

func (s *Server) setKey(c *Caller, name, arn *string, kind types.EncryptionType, key string) error {
	v, err := s.resolve(c, name, arn)
	if err != nil {
		return err
	}
	if kind != types.EncryptionTypeKms {
		return wire.Errorf(codeInvalidArgument, "EncryptionType %s is invalid. The only valid value is KMS.", kind)
	}
	_, err = s.begin(v, job{}, func(st *shard.Stream, _ *document) error {
		st.KeyID = key
		return nil
	})
	return err
}
