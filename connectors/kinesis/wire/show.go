package wire

import (
	"math"
	"strconv"
	"strings"
)

// blobLength is the size of a blob in bytes.
func (d *Document) blobLength(i int32) int {
	if x := &d.values[i]; x.kind == blob {
		return len(x.text)
	}
	return blobLength(d.values[i].text)
}

// number is the value at i as an Integer or Long.
func (d *Document) number(s *shape, i int32) int64 {
	n := d.values[i].whole()
	if s.kind == kindInteger {
		n = min(max(n, math.MinInt32), math.MaxInt32)
	}
	return n
}

// show is a value as the service prints it in errors, which is what Java makes of it:
// in quotes, with a space after it. A value that Java would print by a hash of its
// contents is left out, but for records without data and key, whose hash is known.
func (d *Document) show(s *shape, i int32) string {
	if s.kind == kindList && s.element.kind == kindStructure {
		for at := i + 1; at < d.values[i].end; at = d.values[at].end {
			if !d.isBlankRecord(s.element, at) {
				return ""
			}
		}
	}
	return "'" + d.print(s, i) + "' "
}

// isBlankRecord reports whether all that a record has is an empty key and empty data.
func (d *Document) isBlankRecord(s *shape, i int32) bool {
	if s.name != "PutRecordsRequestEntry" || d.length(i) != 4 {
		return false
	}
	for key := i + 1; key < d.values[i].end; key += 2 {
		name, v := string(d.values[key].text), &d.values[key+1]
		if name != "Data" && name != "PartitionKey" || v.kind < text || len(v.text) > 0 {
			return false
		}
	}
	return true
}

func (d *Document) print(s *shape, i int32) string {
	if d.values[i].kind == null {
		return "null"
	}
	switch s.kind {
	case kindBlob:
		n := strconv.Itoa(d.blobLength(i))
		return "java.nio.HeapByteBuffer[pos=0 lim=" + n + " cap=" + n + "]"
	case kindInteger, kindLong:
		return strconv.FormatInt(d.number(s, i), 10)
	case kindList:
		return "[" + d.showAll(s, i, false) + "]"
	case kindMap:
		return "{" + d.showAll(s, i, true) + "}"
	case kindStructure:
		return "com.amazonaws.kinesis.v20131202." + s.name + "@c965e310"
	}
	return validText(d.values[i].text)
}

// showAll lists elements, with their keys if there are any.
func (d *Document) showAll(s *shape, i int32, keys bool) string {
	var b strings.Builder
	n := 0
	for at := i + 1; at < d.values[i].end; at = d.values[at].end {
		if n > 0 {
			b.WriteString(", ")
		}
		if n++; n > maxListed {
			b.WriteString("...")
			break
		}
		if keys {
			b.WriteString(validText(d.values[at].text) + "=")
			at++
		}
		b.WriteString(d.print(s.element, at))
	}
	return b.String()
}
