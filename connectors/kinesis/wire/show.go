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

// show is a value as the service prints it in errors, which is what Java makes of it.
func (d *Document) show(s *shape, i int32) string {
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
		// Java prints a class and a hash; the hash is that of a record without data, key "a".
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
		b.WriteString(d.show(s.element, at))
	}
	return b.String()
}
