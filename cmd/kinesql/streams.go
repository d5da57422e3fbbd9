package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/spf13/cobra"

	"kinesql/operators/batch"
)

func newStreams() *cobra.Command {
	var (
		client clientFlags
		format string
	)
	cmd := &cobra.Command{
		Use:     "streams",
		Short:   "List, create, describe and delete streams",
		Example: "  kinesql streams\n  kinesql streams create clicks --shards 4\n  kinesql streams describe clicks",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := client.client(cmd.Context())
			if err != nil {
				return err
			}
			return client.fail(listStreams(cmd, c, format))
		},
	}
	client.add(cmd)
	addFormat(cmd, &format)
	cmd.AddCommand(newStreamsCreate(&client), newStreamsDescribe(&client), newStreamsDelete(&client))
	return cmd
}

var streamsSchema = batch.NewSchema(
	batch.Field{Name: "stream", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "status", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "mode", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "open_shards", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "retention_hours", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "encryption", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "created", Type: batch.Of(batch.Timestamp)},
)

func listStreams(cmd *cobra.Command, c *kinesis.Client, format string) error {
	t, err := newTable(cmd.OutOrStdout(), format, streamsSchema)
	if err != nil {
		return err
	}
	pages := kinesis.NewListStreamsPaginator(c, &kinesis.ListStreamsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(cmd.Context())
		if err != nil {
			return err
		}
		for _, name := range page.StreamNames {
			if err := describeRow(cmd.Context(), c, name, t); err != nil {
				return err
			}
		}
		if err := t.flush(); err != nil {
			return err
		}
	}
	return t.close()
}

func describeRow(ctx context.Context, c *kinesis.Client, name string, t *table) error {
	out, err := c.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String(name)})
	if err != nil {
		return err
	}
	d := out.StreamDescriptionSummary
	mode := types.StreamModeProvisioned
	if d.StreamModeDetails != nil {
		mode = d.StreamModeDetails.StreamMode
	}
	t.row(name, string(d.StreamStatus), string(mode), int64(aws.ToInt32(d.OpenShardCount)),
		int64(aws.ToInt32(d.RetentionPeriodHours)), string(d.EncryptionType), aws.ToTime(d.StreamCreationTimestamp))
	return nil
}

func newStreamsCreate(client *clientFlags) *cobra.Command {
	var (
		shards    int32
		onDemand  bool
		retention time.Duration
	)
	cmd := &cobra.Command{
		Use:   "create STREAM",
		Short: "Create a stream and wait until it can be used",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := &kinesis.CreateStreamInput{StreamName: aws.String(args[0])}
			if onDemand {
				in.StreamModeDetails = &types.StreamModeDetails{StreamMode: types.StreamModeOnDemand}
			} else {
				in.ShardCount = aws.Int32(shards)
			}
			c, err := client.client(cmd.Context())
			if err != nil {
				return err
			}
			return client.fail(createStream(cmd.Context(), c, in, retention))
		},
	}
	cmd.Flags().Int32Var(&shards, "shards", 1, "number of shards")
	cmd.Flags().BoolVar(&onDemand, "on-demand", false, "let the server choose the number of shards")
	cmd.Flags().DurationVar(&retention, "retention", 24*time.Hour, "how long records are kept, 24h to 8760h")
	cmd.MarkFlagsMutuallyExclusive("shards", "on-demand")
	return cmd
}

// waitActive is how long a new or changed stream is waited for.
const waitActive = 5 * time.Minute

func createStream(ctx context.Context, c *kinesis.Client, in *kinesis.CreateStreamInput, retention time.Duration) error {
	hours := int32(retention / time.Hour)
	if retention%time.Hour != 0 || hours < 24 || hours > 8760 {
		return fmt.Errorf("--retention: want whole hours from 24h to 8760h, got %s", retention)
	}
	if _, err := c.CreateStream(ctx, in); err != nil {
		return err
	}
	if err := awaitActive(ctx, c, in.StreamName); err != nil || hours == 24 {
		return err
	}
	if _, err := c.IncreaseStreamRetentionPeriod(ctx, &kinesis.IncreaseStreamRetentionPeriodInput{
		StreamName: in.StreamName, RetentionPeriodHours: aws.Int32(hours),
	}); err != nil {
		return err
	}
	return awaitActive(ctx, c, in.StreamName)
}

func awaitActive(ctx context.Context, c *kinesis.Client, name *string) error {
	wait := kinesis.NewStreamExistsWaiter(c, func(o *kinesis.StreamExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 100*time.Millisecond, 2*time.Second
	})
	return wait.Wait(ctx, &kinesis.DescribeStreamInput{StreamName: name}, waitActive)
}

func newStreamsDelete(client *clientFlags) *cobra.Command {
	var consumers bool
	cmd := &cobra.Command{
		Use:   "delete STREAM",
		Short: "Delete a stream with all its records",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := client.client(cmd.Context())
			if err != nil {
				return err
			}
			_, err = c.DeleteStream(cmd.Context(), &kinesis.DeleteStreamInput{
				StreamName: aws.String(args[0]), EnforceConsumerDeletion: aws.Bool(consumers),
			})
			return client.fail(err)
		},
	}
	cmd.Flags().BoolVar(&consumers, "with-consumers", false, "also if consumers are registered")
	return cmd
}

func newStreamsDescribe(client *clientFlags) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "describe STREAM",
		Short: "List the shards of a stream",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := client.client(cmd.Context())
			if err != nil {
				return err
			}
			return client.fail(describeShards(cmd, c, args[0], format))
		},
	}
	addFormat(cmd, &format)
	return cmd
}

var shardsSchema = batch.NewSchema(
	batch.Field{Name: "shard", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "state", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "parents", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "first_hash_key", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "last_hash_key", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "first_sequence_number", Type: batch.Of(batch.Varchar)},
)

func describeShards(cmd *cobra.Command, c *kinesis.Client, name, format string) error {
	shards, err := allShards(cmd.Context(), c, name)
	if err != nil {
		return err
	}
	t, err := newTable(cmd.OutOrStdout(), format, shardsSchema)
	if err != nil {
		return err
	}
	for _, s := range shards {
		state, parents := "open", aws.ToString(s.ParentShardId)
		if s.SequenceNumberRange.EndingSequenceNumber != nil {
			state = "closed"
		}
		if s.AdjacentParentShardId != nil {
			parents += " " + *s.AdjacentParentShardId
		}
		t.row(aws.ToString(s.ShardId), state, parents, aws.ToString(s.HashKeyRange.StartingHashKey),
			aws.ToString(s.HashKeyRange.EndingHashKey), aws.ToString(s.SequenceNumberRange.StartingSequenceNumber))
	}
	return t.close()
}

// allShards lists the shards of a stream, parents before their children.
func allShards(ctx context.Context, c *kinesis.Client, stream string) ([]types.Shard, error) {
	in, out := &kinesis.ListShardsInput{StreamName: aws.String(stream)}, []types.Shard(nil)
	for {
		page, err := c.ListShards(ctx, in)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Shards...)
		if page.NextToken == nil {
			return out, nil
		}
		in = &kinesis.ListShardsInput{NextToken: page.NextToken}
	}
}
