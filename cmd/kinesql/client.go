package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	connector "kinesql/connectors/kinesis"
)

const (
	defaultEndpoint = "http://127.0.0.1:4567"
	defaultRegion   = "us-east-1"
	// localKey signs requests to a server on this machine, which takes any signature
	// unless it was given keys, where the usual places hold no credentials.
	localKey     = "kinesql"
	localBackoff = 100 * time.Millisecond
)

// clientFlags are the flags of the commands that speak to a server.
type clientFlags struct {
	endpoint string
	region   string
}

func (f *clientFlags) add(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.endpoint, "endpoint", "", "address of the Kinesis API (default: $AWS_ENDPOINT_URL_KINESIS, $AWS_ENDPOINT_URL or "+defaultEndpoint+"; aws: Amazon's)")
	flags.StringVar(&f.region, "region", "", "region (default: the usual places, or "+defaultRegion+")")
}

// check refuses an endpoint that is no URL: the SDK would look for credentials first,
// and tell of those.
func (f *clientFlags) check() error {
	endpoint := f.address()
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("endpoint %q: want a URL such as %s", endpoint, defaultEndpoint)
	}
	return nil
}

// address is the endpoint in effect; empty: Amazon's.
func (f *clientFlags) address() string {
	for _, e := range []string{f.endpoint, os.Getenv("AWS_ENDPOINT_URL_KINESIS"), os.Getenv("AWS_ENDPOINT_URL"), defaultEndpoint} {
		if e != "" {
			if e == "aws" {
				return ""
			}
			return e
		}
	}
	return ""
}

// client connects to the endpoint with the credentials of the usual places:
// environment, shared files, roles.
func (f *clientFlags) client(ctx context.Context) (*kinesis.Client, error) {
	if err := f.check(); err != nil {
		return nil, &status{exitUsage, err}
	}
	endpoint := f.address()
	local := isLocal(endpoint)
	// What the SDK would log, the commands tell by their errors.
	options := []func(*config.LoadOptions) error{config.WithRegion(f.region), config.WithLogger(logging.Nop{})}
	if local {
		options = append(options, config.WithEC2IMDSClientEnableState(imds.ClientDisabled)) // it would wait for an answer
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, &status{exitError, err}
	}
	if cfg.Region == "" {
		cfg.Region = defaultRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		if !local {
			return nil, &status{exitError, fmt.Errorf("no credentials were found to sign requests with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE: %w", err)}
		}
		cfg.Credentials = credentials.NewStaticCredentialsProvider(localKey, localKey, "")
	}
	return kinesis.NewFromConfig(cfg, connector.Steady, func(o *kinesis.Options) {
		if local { // nobody else asks: a server that starts in a moment is not missed
			o.Retryer = retry.AddWithMaxBackoffDelay(retry.NewStandard(), localBackoff)
		}
		if endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	}), nil
}

// isLocal reports whether an endpoint is on this machine.
func isLocal(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || (err == nil && addr.IsLoopback())
}

// explain turns an error of the SDK into one line that says what to do.
func (f *clientFlags) explain(err error) error {
	var api smithy.APIError
	var network *net.OpError
	var at *placeError
	switch {
	case errors.As(err, &at):
		return &placeError{at.place, f.explain(at.err)}
	case errors.As(err, &api):
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens on %s: start a server with kinesql serve, or give another --endpoint", f.address())
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", f.address(), network)
	}
	return err
}

// placeError says where in the input something failed.
type placeError struct {
	place string
	err   error
}

func (e *placeError) Error() string { return e.place + ": " + e.err.Error() }
func (e *placeError) Unwrap() error { return e.err }

// pipeClosed reports whether nobody reads the standard output any more, as behind
// "| head": reason to end, and no failure.
func pipeClosed(err error) bool {
	var file *fs.PathError // of a connection it would be a net.OpError
	return errors.As(err, &file) && errors.Is(file.Err, syscall.EPIPE)
}

// fail is explain with the exit status of a failed system.
func (f *clientFlags) fail(err error) error {
	if err == nil || pipeClosed(err) {
		return nil
	}
	return &status{exitError, f.explain(err)}
}
