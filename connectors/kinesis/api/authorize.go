package api

import "reflect"

// resourceOf is the ARN of what a request is about: as the request has it, or that
// of the stream it names, or * for what concerns the whole account.
func (s *Server) resourceOf(c *Caller, in any) string {
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"ConsumerARN", "ChannelARN", "ResourceARN", "StreamARN"} {
		if arn, ok := textOf(v, name); ok {
			return arn
		}
	}
	if name, ok := textOf(v, "StreamName"); ok {
		return streamARN(c.Scope, name)
	}
	return "*"
}

// textOf is the text of a structure's member that is there.
func textOf(v reflect.Value, name string) (string, bool) {
	f := v.FieldByName(name)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() {
		return "", false
	}
	return f.Elem().String(), true
}
