package format

import "slices"

// Find returns the format called name, or nil.
func Find(formats []Format, name string) Format {
	if i := slices.IndexFunc(formats, func(f Format) bool { return f.Name() == name }); i >= 0 {
		return formats[i]
	}
	return nil
}
