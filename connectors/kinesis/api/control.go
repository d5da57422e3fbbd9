package api

// addControl adds the actions on streams, consumers, tags and policies.
func (s *Server) addControl() {}
