package csv

import "bytes"

// Sample cuts the start of a file into at most limit records, for guessing what
// it holds. A NULL field is empty. It stops at a record with a bad quote, and
// leaves an incomplete last record unless the sample is the whole file.
func Sample(text []byte, delimiter byte, whole bool, limit int) (records [][]string, err error) {
	s := splitter{delimiter: delimiter, quote: '"'}
	text = bytes.TrimPrefix(text, byteOrderMark)
	for len(text) > 0 && len(records) < limit {
		n, err := s.split(text, whole)
		if err == errIncomplete {
			break
		}
		if err != nil {
			return records, err
		}
		text = text[n:]
		if len(s.fields) == 1 && s.fields[0] == nil {
			continue
		}
		record := make([]string, len(s.fields))
		for i, f := range s.fields {
			record[i] = string(f)
		}
		records = append(records, record)
	}
	return records, nil
}
