package diag

import (
	"strings"
	"unicode/utf8"
)

// Suggest returns the candidate that a misspelt name most likely meant. Case
// does not count; one slip is allowed in short names, more in longer ones. Of
// equally near candidates the first wins.
func Suggest(name string, candidates []string) (string, bool) {
	limit := min(3, max(1, (utf8.RuneCountInString(name)+1)/3))
	if utf8.RuneCountInString(name) > 128 {
		return "", false
	}
	best, found := "", false
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c), limit); d <= limit {
			best, found, limit = c, true, d-1
		}
	}
	return best, found
}

// distance is the Damerau-Levenshtein distance (a swap of neighbours is one
// slip), or more than limit where it is greater.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) > limit || len(t)-len(s) > limit {
		return limit + 1
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			rows[i][j] = step(rows, s, t, i, j)
		}
	}
	return rows[len(s)][len(t)]
}

func step(rows [][]int, s, t []rune, i, j int) int {
	cost := 1
	if s[i-1] == t[j-1] {
		cost = 0
	}
	d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
	if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
		d = min(d, rows[i-2][j-2]+1)
	}
	return d
}
