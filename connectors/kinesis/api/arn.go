package api

import (
	"fmt"
	"strconv"
	"strings"

	"kinesql/connectors/shard"
)

// partitions is the first part of the ARNs of the regions with a prefix. All others
// are in "aws".
var partitions = []struct{ prefix, name string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-iso-", "aws-iso"},
	{"us-isob-", "aws-iso-b"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-isof-", "aws-iso-f"},
	{"eusc-", "aws-eusc"},
}

func partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}

// streamARN names a stream: arn:aws:kinesis:us-east-1:000000000000:stream/clicks.
func streamARN(scope shard.Scope, name string) string {
	return "arn:" + partition(scope.Region) + ":kinesis:" + scope.Region + ":" + scope.Account + ":stream/" + name
}

// consumerARN names a consumer by the ARN of its stream and the second of its
// registration, so that one registered again has another.
func consumerARN(stream, name string, created int64) string {
	return fmt.Sprintf("%s/consumer/%s:%d", stream, name, created)
}

// parseStreamARN takes the ARN of a stream apart.
func parseStreamARN(arn string) (scope shard.Scope, name string, ok bool) {
	scope, resource, ok := parseARN(arn)
	if !ok {
		return scope, "", false
	}
	name, ok = strings.CutPrefix(resource, "stream/")
	return scope, name, ok && isName(name)
}

// parseConsumerARN takes the ARN of a consumer apart.
func parseConsumerARN(arn string) (scope shard.Scope, stream, consumer string, ok bool) {
	scope, resource, ok := parseARN(arn)
	if !ok {
		return scope, "", "", false
	}
	parts := strings.Split(resource, "/")
	if len(parts) != 4 || parts[0] != "stream" || parts[2] != "consumer" {
		return scope, "", "", false
	}
	name, created, ok := strings.Cut(parts[3], ":")
	if _, err := strconv.ParseUint(created, 10, 63); err != nil {
		return scope, "", "", false
	}
	return scope, parts[1], name, ok && isName(parts[1]) && isName(name)
}

// parseARN splits arn:partition:kinesis:region:account:resource.
func parseARN(arn string) (scope shard.Scope, resource string, ok bool) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" || !strings.HasPrefix(p[1], "aws") || p[2] != "kinesis" || p[3] == "" || len(p[4]) != 12 {
		return scope, "", false
	}
	return shard.Scope{Account: p[4], Region: p[3]}, p[5], true
}

// isName reports whether a text may be the name of a stream or consumer.
func isName(text string) bool {
	return text != "" && len(text) <= 128 && strings.IndexFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r)
	}) < 0
}
