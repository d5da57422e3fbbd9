package golang

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

// TestSignatures: only what a key of the file has signed is taken, and only as far
// as its policy goes; secrets do not reach the log.
func TestSignatures(t *testing.T) {
	server := clienttest.StartWithKeys(t)
	owner := &suite{client(server.URL, clienttest.AccessKey, clienttest.SecretKey, clienttest.Region), server}
	for _, name := range []string{"public", "private"} {
		owner.makeStream(t, name, 1)
	}
	list := func(key, secret string) error {
		_, err := client(server.URL, key, secret, clienttest.Region).ListStreams(t.Context(), &kinesis.ListStreamsInput{})
		return err
	}
	refusedAs(t, list(clienttest.AccessKey, "wrong"), "InvalidSignatureException", "The request signature we calculated does not match the signature you provided.")
	refusedAs(t, list("AKIAUNKNOWN", "wrong"), "UnrecognizedClientException", "The security token included in the request is invalid.")
	reader := client(server.URL, clienttest.ReaderKey, clienttest.ReaderSecret, clienttest.Region)
	_, err := reader.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("public")})
	ok(t, err)
	_, err = reader.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("private")})
	refused[*types.AccessDeniedException](t, err, "is not authorized to perform: kinesis:DescribeStreamSummary on resource: arn:aws:kinesis:us-east-1:000000000000:stream/private")
	_, err = reader.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: aws.String("public"), PartitionKey: aws.String("k"), Data: []byte("x")})
	refused[*types.AccessDeniedException](t, err, "kinesis:PutRecord")
	server.Stop(t)
	for _, secret := range []string{clienttest.SecretKey, clienttest.ReaderSecret} {
		if strings.Contains(server.Log(), secret) {
			t.Error("a secret is in the server's log")
		}
	}
}

// TestClockSkew: signatures of a clock that is far off are refused in AWS's words.
func TestClockSkew(t *testing.T) {
	server := clienttest.StartWithKeys(t)
	ask := func(off time.Duration) error {
		c := client(server.URL, clienttest.AccessKey, clienttest.SecretKey, clienttest.Region, func(o *kinesis.Options) {
			o.HTTPSignerV4, o.RetryMaxAttempts = offSigner{v4.NewSigner(), off}, 1
		})
		_, err := c.ListStreams(t.Context(), &kinesis.ListStreamsInput{})
		return err
	}
	refusedAs(t, ask(-20*time.Minute), "InvalidSignatureException", "Signature expired: ")
	refusedAs(t, ask(20*time.Minute), "InvalidSignatureException", "Signature not yet current: ")
	ok(t, ask(-2*time.Minute))
}

// offSigner signs by a clock that is off.
type offSigner struct {
	signer *v4.Signer
	off    time.Duration
}

func (s offSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, at time.Time, opts ...func(*v4.SignerOptions)) error {
	return s.signer.SignHTTP(ctx, c, r, hash, service, region, at.Add(s.off), opts...)
}

// TestPresigned sends a request whose signature is in its query.
func TestPresigned(t *testing.T) {
	server := clienttest.StartWithKeys(t)
	body := "{}"
	send := func(secret string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/?X-Amz-Expires=60", strings.NewReader(body))
		ok(t, err)
		req.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
		keys, err := credentials.NewStaticCredentialsProvider(clienttest.AccessKey, secret, "").Retrieve(t.Context())
		ok(t, err)
		const hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // SHA-256 of {}
		url, headers, err := v4.NewSigner().PresignHTTP(t.Context(), keys, req, hash, "kinesis", clienttest.Region, time.Now())
		ok(t, err)
		signed, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		ok(t, err)
		signed.Header = headers
		signed.Header.Set("Content-Type", "application/x-amz-json-1.1")
		signed.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
		res, err := http.DefaultClient.Do(signed)
		ok(t, err)
		ok(t, res.Body.Close())
		return res.StatusCode
	}
	equal(t, "status of a good signature", send(clienttest.SecretKey), http.StatusOK)
	equal(t, "status of a bad one", send("wrong"), http.StatusBadRequest)
}

// TestTLS speaks HTTP/2 and HTTP/1.1 to the TLS port and checks its certificate.
func TestTLS(t *testing.T) {
	server := clienttest.Start(t)
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(server.Certificate(t))
	ok(t, err)
	pool.AppendCertsFromPEM(pem)
	for _, http2 := range []bool{false, true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: http2}
		c := client(server.TLSURL, clienttest.AccessKey, clienttest.SecretKey, clienttest.Region, func(o *kinesis.Options) {
			o.HTTPClient = &http.Client{Transport: transport}
		})
		_, err := c.ListStreams(t.Context(), &kinesis.ListStreamsInput{})
		ok(t, err)
		transport.CloseIdleConnections()
	}
}

// TestKilled: what was acknowledged before a kill -9 is there after it.
func TestKilled(t *testing.T) {
	s := start(t)
	name := aws.String("killed")
	s.makeStream(t, *name, 2)
	putMany(t, s, name)
	s.server.Kill(t)
	s.server.Restart(t)
	for _, shard := range []string{"shardId-000000000000", "shardId-000000000001"} {
		got := s.read(t, *name, shard, types.ShardIteratorTypeTrimHorizon)
		equal(t, "records of "+shard, len(got), 100)
		ascending(t, got)
	}
}
