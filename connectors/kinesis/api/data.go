package api

// addData adds the actions on records, iterators and subscriptions.
func (s *Server) addData() {}
