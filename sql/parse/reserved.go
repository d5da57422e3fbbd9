package parse

import (
	"strings"
	"sync"

	"github.com/pingcap/tidb/pkg/parser"
)

// freeWords are keywords of TiDB that no query here needs: they are names.
const freeWords = "ADD ANALYZE CALL CASCADE CHANGE CHECK COLUMN CONSTRAINT CONTINUE CUME_DIST CURSOR DATABASE DATABASES " +
	"DELAYED DENSE_RANK ELSEIF ENCLOSED ESCAPED EXIT FIRST_VALUE FOREIGN FULLTEXT GENERATED GROUPS INDEX INFILE INOUT " +
	"ITERATE KEY KEYS KILL LAG LAST_VALUE LEAD LEAVE LINEAR LINES LOAD LONG LONGBLOB LONGTEXT LOW_PRIORITY MATCH " +
	"MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT NTH_VALUE NTILE NO_WRITE_TO_BINLOG OPTIMIZE OPTION OPTIONALLY OUT " +
	"PERCENT_RANK PRECISION PRIMARY RANK READ REFERENCES RELEASE RENAME REPEAT REPLACE REQUIRE RESTRICT ROW_NUMBER " +
	"SPATIAL SQL SQLEXCEPTION SQLSTATE SQLWARNING SSL STARTING STORED TERMINATED TINYBLOB TINYTEXT TRIGGER UNDO UNIQUE " +
	"UNLOCK UNSIGNED USAGE VARCHARACTER VARYING VIRTUAL WRITE ZEROFILL"

var freeSet = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for w := range strings.FieldsSeq(freeWords) {
		words[w] = true
	}
	return words
})

// reservedWords are the words that are keywords wherever they stand unquoted
// (but after a dot): those of TiDB without the free ones.
var reservedWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for _, k := range parser.Keywords {
		if k.Reserved && !freeSet()[k.Word] {
			words[k.Word] = true
		}
	}
	return words
})

func isReserved(upper string) bool { return reservedWords()[upper] }
