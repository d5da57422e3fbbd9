package parse

import (
	"sync"

	"github.com/pingcap/tidb/pkg/parser"
)

// reservedWords are the words that TiDB takes for keywords wherever they stand
// unquoted (but after a dot).
var reservedWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for _, k := range parser.Keywords {
		if k.Reserved {
			words[k.Word] = true
		}
	}
	return words
})

func isReserved(upper string) bool { return reservedWords()[upper] }
