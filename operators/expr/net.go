package expr

import (
	"net/netip"
	"net/url"
	"strings"
)

func netFunctions() []*Function {
	return family(
		define("INET_ATON(address VARCHAR) -> BIGINT", intRow(func(r *row) int64 {
			a, err := netip.ParseAddr(string(r.text(0)))
			if err != nil || !a.Is4() {
				r.null()
				return 0
			}
			b := a.As4()
			return int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3])
		}), "An IPv4 address as a number; NULL if it is none.", "INET_ATON('10.0.5.9')", "167773449").total().as(),
		define("INET_NTOA(number BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			v := r.int(0)
			if v < 0 || v > 1<<32-1 {
				r.null()
				return dst
			}
			return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}).AppendTo(dst)
		}), "A number as an IPv4 address; NULL if it is none.", "INET_NTOA(167773449)", "10.0.5.9").total().as(),
		define("INET6_ATON(address VARCHAR) -> VARBINARY", textRow(func(r *row, dst []byte) []byte {
			a, err := netip.ParseAddr(string(r.text(0)))
			if err != nil || a.Zone() != "" {
				r.null()
				return dst
			}
			return append(dst, a.AsSlice()...)
		}), "An IPv4 or IPv6 address as 4 or 16 bytes; NULL if it is none.", "HEX(INET6_ATON('10.0.5.9'))", "0A000509").total().as(),
		define("INET6_NTOA(bytes BYTES) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			a, ok := netip.AddrFromSlice(r.text(0))
			if !ok {
				r.null()
				return dst
			}
			return a.AppendTo(dst)
		}), "4 or 16 bytes as an address; NULL of other lengths.", "INET6_NTOA(INET6_ATON('fe80::1'))", "fe80::1").total().as(),
		define("IS_IPV4(text VARCHAR) -> BOOLEAN", boolRow(func(r *row) bool {
			a, err := netip.ParseAddr(string(r.text(0)))
			return err == nil && a.Is4()
		}), "Whether a text is an IPv4 address.", "IS_IPV4('10.0.5.9')", "true").total().as(),
		define("IS_IPV6(text VARCHAR) -> BOOLEAN", boolRow(func(r *row) bool {
			a, err := netip.ParseAddr(string(r.text(0)))
			return err == nil && a.Is6() && a.Zone() == ""
		}), "Whether a text is an IPv6 address.", "IS_IPV6('10.0.5.9')", "false").total().as(),
		define("CIDR_CONTAINS(network VARCHAR, address VARCHAR) -> BOOLEAN", boolRow(func(r *row) bool {
			p, err := netip.ParsePrefix(string(r.text(0)))
			a, err2 := netip.ParseAddr(string(r.text(1)))
			if err != nil || err2 != nil {
				r.null()
			}
			return p.Contains(a)
		}), "Whether a network holds an address; NULL if one of them is none.", "CIDR_CONTAINS('10.0.0.0/8', '10.0.5.9')", "true").total().as(),
	)
}

func urlFunctions() []*Function {
	const sample = "'https://kit@example.com:8080/a/b?x=1&y=2#top'"
	part := func(name string, get func(*url.URL) string, summary, result string) []*Function {
		return define(name+"(url VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return appendPart(r, dst, get)
		}), summary, name+"("+sample+")", result).total().as()
	}
	return family(
		part("URL_PROTOCOL", func(u *url.URL) string { return u.Scheme }, "The protocol of a URL; NULL if there is none.", "https"),
		part("URL_HOST", (*url.URL).Hostname, "The host of a URL; NULL if there is none.", "example.com"),
		part("URL_PORT", (*url.URL).Port, "The port of a URL; NULL if there is none.", "8080"),
		part("URL_PATH", func(u *url.URL) string { return u.Path }, "The path of a URL; NULL if there is none.", "/a/b"),
		part("URL_QUERY", func(u *url.URL) string { return u.RawQuery }, "The query of a URL; NULL if there is none.", "x=1&y=2"),
		part("URL_FRAGMENT", func(u *url.URL) string { return u.Fragment }, "The fragment of a URL; NULL if there is none.", "top"),
		define("URL_PARAMETER(url VARCHAR, name VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return appendPart(r, dst, parameter(string(r.text(1))))
		}), "A parameter of a URL's query; NULL if there is none.", "URL_PARAMETER("+sample+", 'y')", "2").total().as(),
		define("PARSE_URL(url VARCHAR, part VARCHAR[, name VARCHAR]) -> VARCHAR", textRow(parseURL),
			"PROTOCOL, HOST, PATH, QUERY, REF, AUTHORITY, FILE or USERINFO of a URL, or a parameter of its QUERY.",
			"PARSE_URL("+sample+", 'QUERY', 'x')", "1").as(),
		define("URL_ENCODE(text VARCHAR) -> VARCHAR", text1(func(dst, s []byte) []byte {
			return append(dst, url.QueryEscape(string(s))...)
		}), "Text made fit for the query of a URL.", "URL_ENCODE('a b&c')", "a+b%26c").total().as(),
		define("URL_DECODE(text VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			s, err := url.QueryUnescape(string(r.text(0)))
			if err != nil {
				r.null()
			}
			return append(dst, s...)
		}), "The inverse of URL_ENCODE; NULL if the text is not well formed.", "URL_DECODE('a+b%26c')", "a b&c").total().as(),
	)
}

func parameter(name string) func(*url.URL) string {
	return func(u *url.URL) string { return u.Query().Get(name) }
}

func appendPart(r *row, dst []byte, get func(*url.URL) string) []byte {
	u, err := url.Parse(string(r.text(0)))
	if err != nil {
		r.null()
		return dst
	}
	part := get(u)
	if part == "" {
		r.null()
	}
	return append(dst, part...)
}

func parseURL(r *row, dst []byte) []byte {
	if r.count() > 2 {
		return appendPart(r, dst, parameter(string(r.text(2))))
	}
	parts := func(u *url.URL) (string, bool) { return urlPart(u, strings.ToUpper(string(r.text(1)))) }
	if _, known := parts(&url.URL{}); !known {
		r.argument("PARSE_URL: unknown part %q", r.text(1))
		return dst
	}
	return appendPart(r, dst, func(u *url.URL) string { s, _ := parts(u); return s })
}

func urlPart(u *url.URL, part string) (value string, known bool) {
	switch part {
	case "PROTOCOL":
		return u.Scheme, true
	case "HOST":
		return u.Hostname(), true
	case "PATH":
		return u.Path, true
	case "QUERY":
		return u.RawQuery, true
	case "REF":
		return u.Fragment, true
	case "AUTHORITY":
		if u.User == nil {
			return u.Host, true
		}
		return u.User.String() + "@" + u.Host, true
	case "FILE":
		return u.RequestURI(), true
	case "USERINFO":
		if u.User == nil {
			return "", true
		}
		return u.User.String(), true
	}
	return "", false
}
