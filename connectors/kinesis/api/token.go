package api

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// tokenLife is how long a NextToken can be used.
const tokenLife = 300 * time.Second

// pageToken is what a NextToken says: where a list goes on. It holds no rights: it
// counts only in the scope of the stream, which is looked up again.
type pageToken struct {
	Kind   string             `json:"k"`           // of list: shards, consumers
	Stream shard.StreamID     `json:"s"`           // whose shards or consumers
	Name   string             `json:"n"`           // of the stream, for messages
	Issued int64              `json:"t"`           // ms since 1970
	After  string             `json:"a"`           // the last name that was listed
	Filter *types.ShardFilter `json:"f,omitempty"` // of the first request
}

// encodeToken makes a NextToken.
func (s *Server) encodeToken(t pageToken) *string {
	t.Issued = s.cfg.Now().UnixMilli()
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // of plain fields: it cannot fail
	}
	return new(base64.URLEncoding.EncodeToString(b))
}

// decodeToken reads a NextToken of a kind of list.
func (s *Server) decodeToken(text, kind string) (pageToken, error) {
	var t pageToken
	b, err := base64.URLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &t) != nil || t.Kind != kind || checkFilter(t.Filter) != nil {
		return t, wire.Errorf(codeInvalidArgument, "NextToken is invalid.")
	}
	if age := s.cfg.Now().Sub(time.UnixMilli(t.Issued)); age > tokenLife || age < -tokenLife {
		return t, wire.Errorf("ExpiredNextTokenException",
			"The NextToken has expired. It was issued at %s, and tokens live for %d seconds.",
			time.UnixMilli(t.Issued).UTC().Format(time.RFC3339), int(tokenLife.Seconds()))
	}
	return t, nil
}

// tokenStream finds the stream whose list a token continues.
func (s *Server) tokenStream(c *Caller, t pageToken) (*view, error) {
	v, err := s.findID(c.Scope, t.Stream, t.Name)
	if err != nil {
		return nil, err
	}
	if v.Scope != c.Scope {
		return nil, wire.Errorf(codeInvalidArgument, "NextToken is invalid.")
	}
	return v, nil
}
