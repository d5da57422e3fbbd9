package api

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"

	"kinesql/connectors/kinesis/wire"
)

// A frame of an event stream, numbers big-endian, checksums CRC32 (IEEE):
//
//	length of all, 4 | length of headers, 4 | checksum of these, 4 | headers | payload | checksum of all before, 4
//
// and a header, of which there are only texts:
//
//	length of name, 1 | name | 7 | length of value, 2 | value
const (
	framePrelude = 12
	frameText    = 7
)

// beginFrame appends a frame without its payload, which is appended next.
func beginFrame(b []byte, headers ...[2]string) []byte {
	start := len(b)
	b = append(b, make([]byte, framePrelude)...)
	for _, h := range headers {
		b = append(b, byte(len(h[0])))
		b = append(b, h[0]...)
		b = append(b, frameText)
		b = binary.BigEndian.AppendUint16(b, uint16(len(h[1])))
		b = append(b, h[1]...)
	}
	binary.BigEndian.PutUint32(b[start+4:], uint32(len(b)-start-framePrelude))
	return b
}

// endFrame completes the frame that begins at start.
func endFrame(b []byte, start int) []byte {
	frame := b[start:]
	binary.BigEndian.PutUint32(frame, uint32(len(frame)+4))
	binary.BigEndian.PutUint32(frame[8:], crc32.ChecksumIEEE(frame[:8]))
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(frame))
}

// The payload of a subscription is JSON even if the request was CBOR.
var (
	eventHeaders = [][2]string{
		{":event-type", "SubscribeToShardEvent"}, {":content-type", "application/json"}, {":message-type", "event"},
	}
	initialHeaders = [][2]string{
		{":event-type", "initial-response"}, {":content-type", wire.JSON.ContentType()}, {":message-type", "event"},
	}
)

// initialResponse is the first frame, which clients wait for.
func initialResponse() []byte {
	return endFrame(append(beginFrame(nil, initialHeaders...), "{}"...), 0)
}

// exceptionFrame tells why a subscription ends before its time.
func exceptionFrame(e *wire.Error) []byte {
	b := beginFrame(nil, [2]string{":exception-type", e.Code}, [2]string{":content-type", "application/json"}, [2]string{":message-type", "exception"})
	payload, err := json.Marshal(map[string]string{"message": e.Message})
	if err != nil { // cannot be: they are texts
		panic(err)
	}
	return endFrame(append(b, payload...), 0)
}
