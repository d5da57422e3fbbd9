package expr

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash/crc32"
	"hash/fnv"
	"strings"

	"github.com/zeebo/xxh3"
)

func hashFunctions() []*Function {
	return family(
		define("MD5(text BYTES) -> VARCHAR", text1(func(dst, s []byte) []byte {
			sum := md5.Sum(s)
			return hex.AppendEncode(dst, sum[:])
		}), "MD5 hash in hexadecimal.", "MD5('abc')", "900150983cd24fb0d6963f7d28e17f72").total().as(),
		define("SHA1(text BYTES) -> VARCHAR", text1(func(dst, s []byte) []byte {
			sum := sha1.Sum(s)
			return hex.AppendEncode(dst, sum[:])
		}), "SHA-1 hash in hexadecimal.", "SHA1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d").total().as("SHA"),
		define("SHA2(text BYTES, bits BIGINT) -> VARCHAR", textRow(sha2),
			"SHA-2 hash of 224, 256 (or 0), 384 or 512 bits in hexadecimal; NULL for other sizes.",
			"LEFT(SHA2('abc', 256), 16)", "ba7816bf8f01cfea").total().as(),
		define("CRC32(text BYTES) -> BIGINT", textInt(func(s []byte) int64 { return int64(crc32.ChecksumIEEE(s)) }),
			"Cyclic redundancy check of 32 bits.", "CRC32('MySQL')", "3259397556").total().as(),
		define("XXHASH64(text BYTES) -> BIGINT", textInt(func(s []byte) int64 { return int64(xxh3.Hash(s)) }),
			"XXH3 hash of 64 bits: fast, and good for sampling and sharding.", "MOD(XXHASH64('abc'), 10) = MOD(XXHASH64('abc'), 10)", "true").total().as(),
		define("FNV64(text BYTES) -> BIGINT", textInt(func(s []byte) int64 {
			h := fnv.New64a()
			h.Write(s)
			return int64(h.Sum64())
		}), "FNV-1a hash of 64 bits.", "HEX(FNV64('a'))", "AF63DC4C8601EC8C").total().as(),
		define("UUID() -> VARCHAR", textRow(func(_ *row, dst []byte) []byte { return appendUUID(dst) }),
			"A new random identifier (UUID version 4).", "IS_UUID(UUID())", "true").total().volatile().as(),
		define("IS_UUID(text VARCHAR) -> BOOLEAN", boolRow(func(r *row) bool { return isUUID(string(r.text(0))) }),
			"Whether a text is a UUID, with or without dashes or braces.", "IS_UUID('6ccd780c-baba-1026-9564-5b8c656024db')", "true").total().as(),
	)
}

func sha2(r *row, dst []byte) []byte {
	s := r.text(0)
	switch r.int(1) {
	case 0, 256:
		sum := sha256.Sum256(s)
		return hex.AppendEncode(dst, sum[:])
	case 224:
		sum := sha256.Sum224(s)
		return hex.AppendEncode(dst, sum[:])
	case 384:
		sum := sha512.Sum384(s)
		return hex.AppendEncode(dst, sum[:])
	case 512:
		sum := sha512.Sum512(s)
		return hex.AppendEncode(dst, sum[:])
	}
	r.null()
	return dst
}

func appendUUID(dst []byte) []byte {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}

func isUUID(s string) bool {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	if len(s) == 36 {
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return false
		}
		s = strings.ReplaceAll(s, "-", "")
	}
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 32
}
