package api

import (
	"encoding/json"

	"kinesql/connectors/shard"
)

// document is what the API keeps with a stream, as JSON in shard.Stream.Document.
type document struct {
	Mode         string              `json:"mode"`                   // PROVISIONED or ON_DEMAND
	MaxRecordKiB int                 `json:"maxRecordKiB,omitempty"` // 0: 1024
	Distribution string              `json:"distribution,omitempty"` // AUTO or USER_PARTITION_KEY
	WarmMiBps    int                 `json:"warmMiBps,omitempty"`
	RateLimits   bool                `json:"rateLimits,omitempty"`
	Monitoring   []string            `json:"monitoring,omitempty"` // shard-level metrics
	Tags         map[string]string   `json:"tags,omitempty"`
	Policy       string              `json:"policy,omitempty"`
	Consumers    map[string]consumer `json:"consumers,omitempty"` // by name
}

// consumer is a registered consumer of a stream.
type consumer struct {
	Name    string            `json:"name"`
	ARN     string            `json:"arn"`
	Created int64             `json:"created"` // ms since 1970
	Status  string            `json:"status"`  // CREATING, ACTIVE, DELETING
	Tags    map[string]string `json:"tags,omitempty"`
	Policy  string            `json:"policy,omitempty"`
}

// view is a stream with its document. Nobody changes it.
type view struct {
	*shard.Stream
	doc *document
}

// view decodes a stream's document, once per version of the stream.
func (s *Server) view(st *shard.Stream) (*view, error) {
	if v, ok := s.views.Load(st.ID); ok && v.(*view).Stream == st {
		return v.(*view), nil
	}
	v := &view{Stream: st, doc: &document{}}
	if len(st.Document) > 0 {
		if err := json.Unmarshal(st.Document, v.doc); err != nil {
			return nil, err
		}
	}
	s.views.Store(st.ID, v)
	return v, nil
}
