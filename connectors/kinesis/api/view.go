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

	// Job is what an UPDATING stream becomes.
	Job *job `json:"job,omitempty"`
	// Unborn says that a stream was deleted before it was ACTIVE: it shows no shards.
	Unborn bool `json:"unborn,omitempty"`
	// LastConsumer is the greatest second in the ARN of a consumer that is no
	// more: the next one gets a later second, and with it another ARN.
	LastConsumer int64 `json:"lastConsumer,omitempty"`
	// Scalings and Switches are when UpdateShardCount and UpdateStreamMode were
	// called in the last 24 hours, ms since 1970; kept while rate limits are on.
	Scalings []int64 `json:"scalings,omitempty"`
	Switches []int64 `json:"switches,omitempty"`
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
	doc    *document
	routes *routes
}

// born reports whether the stream shows its shards: it was ACTIVE before.
func (v *view) born() bool { return v.Status != shard.Creating && !v.doc.Unborn }

// view decodes a stream's document, once per version of the stream.
func (s *Server) view(st *shard.Stream) (*view, error) {
	if v, ok := s.views.Load(st.ID); ok && v.(*view).Stream == st {
		return v.(*view), nil
	}
	v := &view{Stream: st, doc: &document{}, routes: newRoutes(st)}
	if len(st.Document) > 0 {
		if err := json.Unmarshal(st.Document, v.doc); err != nil {
			return nil, err
		}
	}
	s.views.Store(st.ID, v)
	return v, nil
}
