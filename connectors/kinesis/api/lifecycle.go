package api

import (
	"encoding/json"
	"errors"

	"kinesql/connectors/shard"
)

// job is the second half of a change of a stream: what is done when it has been
// UPDATING for Config.StatusDelay, or after a restart. Without anything set the
// stream just becomes ACTIVE.
type job struct {
	Split *splitJob `json:"split,omitempty"`
	Merge []uint32  `json:"merge,omitempty"` // two adjacent shards, in order
	Scale int       `json:"scale,omitempty"` // the number of open shards to come to
}

// splitJob splits a shard before a hash key.
type splitJob struct {
	Shard uint32     `json:"shard"`
	At    shard.Hash `json:"at"`
}

// update changes a stream and its document in one step.
func (s *Server) update(v *view, change func(st *shard.Stream, doc *document) error) (*view, error) {
	st, err := s.cfg.Log.Update(v.ID, func(st *shard.Stream) error {
		doc := &document{}
		if len(st.Document) > 0 {
			if err := json.Unmarshal(st.Document, doc); err != nil {
				return err
			}
		}
		if err := change(st, doc); err != nil {
			return err
		}
		var err error
		st.Document, err = json.Marshal(doc)
		return err
	})
	if errors.Is(err, shard.ErrNoStream) {
		return nil, notFound(v.Scope, v.Name)
	}
	if err != nil {
		return nil, err
	}
	return s.view(st)
}

// begin changes an ACTIVE stream, which is UPDATING until what, if anything, has been
// done: at once if there is no Config.StatusDelay, later otherwise.
func (s *Server) begin(v *view, what job, change func(st *shard.Stream, doc *document) error) (*view, error) {
	v, err := s.update(v, func(st *shard.Stream, doc *document) error {
		if st.Status != shard.Active {
			return notActive(&view{Stream: st, doc: doc})
		}
		if err := change(st, doc); err != nil {
			return err
		}
		st.Status, doc.Job = shard.Updating, &what
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, s.later(func() error { return s.finish(v.ID) })
}

// unchanged is for a change that is all in its job.
func unchanged(*shard.Stream, *document) error { return nil }

// finish takes a stream to where its status leads: CREATING and UPDATING to ACTIVE,
// DELETING to its end. It does nothing to one that is there.
func (s *Server) finish(id shard.StreamID) error {
	st, err := s.cfg.Log.Stream(id)
	if errors.Is(err, shard.ErrNoStream) {
		return nil
	}
	if err != nil || st.Status == shard.Active {
		return err
	}
	if st.Status == shard.Deleting {
		return s.remove(id)
	}
	v, err := s.view(st)
	if err != nil {
		return err
	}
	if v.doc.Job != nil {
		if err := s.do(v, v.doc.Job); err != nil {
			return err
		}
	}
	_, err = s.update(v, func(st *shard.Stream, doc *document) error {
		if st.Status != shard.Deleting { // deleted meanwhile: another timer ends it
			st.Status, doc.Job = shard.Active, nil
		}
		return nil
	})
	return err
}

// do does a job. It may have been done already, wholly or in part, before a crash.
func (s *Server) do(v *view, j *job) error {
	switch {
	case j.Split != nil:
		return s.splitAt(v, j.Split.Shard, j.Split.At)
	case len(j.Merge) == 2:
		return s.merge(v, j.Merge[0], j.Merge[1])
	case j.Scale > 0:
		return s.scale(v, j.Scale)
	}
	return nil
}

// remove ends a stream.
func (s *Server) remove(id shard.StreamID) error {
	err := s.cfg.Log.Delete(id)
	s.forget(id)
	if errors.Is(err, shard.ErrNoStream) {
		return nil
	}
	return err
}

// later runs f when Config.StatusDelay has gone by; without a delay, now. What is
// not run because the server is closed is made up for by resume.
func (s *Server) later(f func() error) error {
	if s.cfg.StatusDelay <= 0 {
		return f()
	}
	s.afterFunc(s.cfg.StatusDelay, func() {
		select {
		case <-s.closed:
			return
		default:
		}
		if err := f(); err != nil && !errors.Is(err, shard.ErrLogClosed) {
			s.cfg.Logger.Error("a stream stays between two states until the next start", "error", err)
		}
	})
	return nil
}

// resume finishes what a stop of the process has left between two states.
func (s *Server) resume() {
	for _, st := range s.cfg.Log.Streams(shard.Scope{}) {
		if err := s.resumeStream(st); err != nil {
			s.cfg.Logger.Error("a stream stays between two states",
				"stream", streamARN(st.Scope, st.Name), "status", st.Status, "error", err)
		}
	}
}

func (s *Server) resumeStream(st *shard.Stream) error {
	if err := s.finish(st.ID); err != nil {
		return err
	}
	if st.Status == shard.Deleting {
		return nil
	}
	v, err := s.findID(st.Scope, st.ID, st.Name)
	if err != nil {
		return err
	}
	for _, c := range v.doc.Consumers {
		if err := s.finishConsumer(v, c.ARN); err != nil {
			return err
		}
	}
	return nil
}
