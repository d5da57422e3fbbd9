package api

import (
	"net/http"
	"strconv"

	"kinesql/connectors/kinesis/wire"
)

// fastPutRecords answers the usual PutRecords request straight from its JSON.
func (s *Server) fastPutRecords(w http.ResponseWriter, c *Caller, body []byte) (bool, error) {
	b := newBatch()
	defer b.release()
	p := putScan{b: body, ok: true}
	if !p.putRecords(b) || b.bytes > maxPutBytes {
		return false, nil
	}
	v := s.fastPut(c, "PutRecords", &p, b)
	if v == nil {
		return false, nil
	}
	if err := s.commit(v, b, "PutRecords"); err != nil {
		return true, err
	}
	b.answer = b.appendJSON(b.answer[:0], v)
	writeAnswer(w, wire.JSON, b.answer)
	return true, nil
}

// fastPutRecord answers the usual PutRecord request.
func (s *Server) fastPutRecord(w http.ResponseWriter, c *Caller, body []byte) (bool, error) {
	b := newBatch()
	defer b.release()
	p := putScan{b: body, ok: true}
	if !p.putRecord(b) {
		return false, nil
	}
	v := s.fastPut(c, "PutRecord", &p, b)
	if v == nil {
		return false, nil
	}
	err := s.commit(v, b, "PutRecord")
	if err == nil {
		err = b.failure(v, &b.entries[0])
	}
	if err != nil {
		return true, err
	}
	b.answer = append(b.appendPlace(append(b.answer[:0], '{'), &b.entries[0]), b.encryptionJSON(v)...)
	b.answer = append(b.answer, '}')
	writeAnswer(w, wire.JSON, b.answer)
	return true, nil
}

// fastPut routes and fills a batch that was scanned. It returns nil, and has changed
// nothing, if there is anything to tell the client that the ordinary way tells better.
func (s *Server) fastPut(c *Caller, action string, p *putScan, b *batch) *view {
	var name, arn *string
	if p.name != nil {
		text := string(p.name)
		name = &text
	}
	if p.arn != nil {
		text := string(p.arn)
		arn = &text
	}
	v, err := s.writable(c, name, arn)
	if err != nil || v.doc.RateLimits {
		return nil
	}
	if c.Identity.Policy != nil && c.Identity.Authorize("kinesis:"+action, streamARN(v.Scope, v.Name)) != nil {
		return nil
	}
	most := v.maxRecordBytes()
	for i := range b.entries {
		if e := &b.entries[i]; len(e.key)+e.size > most {
			return nil
		}
	}
	b.route(v, nil)
	if !b.fill(true) {
		return nil
	}
	return v
}

// appendJSON appends the answer of PutRecords.
func (b *batch) appendJSON(out []byte, v *view) []byte {
	throttles, failures := b.refused()
	out = append(out, `{"FailedRecordCount":`...)
	out = strconv.AppendInt(out, int64(throttles+failures), 10)
	out = append(out, `,"Records":[`...)
	for i := range b.entries {
		e := &b.entries[i]
		if i > 0 {
			out = append(out, ',')
		}
		if b.groups[e.group].Err != nil {
			out = append(out, `{"ErrorCode":"`+codeInternal+`","ErrorMessage":"`+internalMessage+`"}`...)
			continue
		}
		out = append(b.appendPlace(append(out, '{'), e), '}')
	}
	out = append(out, ']')
	out = append(out, b.encryptionJSON(v)...)
	return append(out, '}')
}

// appendPlace appends where a record is, and counts its group's number on.
func (b *batch) appendPlace(out []byte, e *putEntry) []byte {
	out = append(out, `"SequenceNumber":"`...)
	number := &b.numbers[e.group]
	out = number.Append(out)
	number.Next()
	out = append(out, `","ShardId":"`...)
	out = append(out, b.homes[e.group].name...)
	return append(out, '"')
}

// encryptionJSON is the member EncryptionType, which streams in the clear do not show.
func (b *batch) encryptionJSON(v *view) string {
	if v.KeyID == "" {
		return ""
	}
	return `,"EncryptionType":"KMS"`
}
