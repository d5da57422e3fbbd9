package api

import "time"

// sameCreation checks that a stream is the one that was created at a time, if a
// client says so, and not one made again under its name. Clients know the time to
// the second at least.
func sameCreation(v *view, created *time.Time) error {
	if created != nil && created.Unix() != v.Created.Unix() {
		return notFound(v.Scope, v.Name)
	}
	return nil
}
