package json

import (
	"bytes"
	"strings"

	"kinesql/connectors"
)

// node is a place in records that a wanted path goes through or to: the root,
// an object on the way, a wanted value, or a member of a wanted ROW.
type node struct {
	name     string
	path     string // from the record, with dots, for messages
	children []*node
	columns  []int // that want the value here

	// first leads from the hash of a key to a child (index + 1), next from a
	// child to another of the same hash.
	first [64]uint16
	next  []uint16

	// The rest is what the record at hand has here. value is the last one of an
	// exact key; folded, only used without one, of a key that differs in case.
	value     span
	folded    span
	foldedKey span
	rival     span // another key that differs in case; void without folded
}

// newTree returns the root of all wanted paths.
func newTree(want []connectors.Want) *node {
	root := &node{}
	for c, w := range want {
		n := root
		for _, name := range w.Path {
			n = n.child(name)
		}
		n.columns = append(n.columns, c)
	}
	root.index()
	return root
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	c := &node{name: name, path: strings.TrimPrefix(n.path+"."+name, ".")}
	n.children = append(n.children, c)
	return c
}

func (n *node) index() {
	n.next = make([]uint16, len(n.children))
	for i, c := range n.children {
		h := hash([]byte(c.name))
		n.next[i], n.first[h] = n.first[h], uint16(i+1)
		c.index()
	}
}

// hash is the same for keys that differ only in case.
func hash(key []byte) uint8 {
	if len(key) == 0 {
		return 0
	}
	first, last := key[0], key[len(key)-1]
	if first >= 0x80 || last >= 0x80 {
		return uint8(len(key)) & 63
	}
	return (uint8(len(key)) + (first|0x20)*7 + (last|0x20)*13) & 63
}

// find returns the child of a key, and whether the names are equal beyond case.
func (n *node) find(key []byte) (child *node, exact bool) {
	for i := n.first[hash(key)]; i != 0; i = n.next[i-1] {
		c := n.children[i-1]
		if len(c.name) != len(key) {
			continue
		}
		if c.name == string(key) {
			return c, true
		}
		if child == nil && bytes.EqualFold([]byte(c.name), key) {
			child = c
		}
	}
	return child, false
}

// forget empties what the last record left here and below.
func (n *node) forget() {
	n.value.kind, n.folded.kind = none, none
	for _, c := range n.children {
		if len(c.children) > 0 {
			c.forget()
		} else {
			c.value.kind, c.folded.kind = none, none
		}
	}
}

// ambiguous reports whether only keys that differ in case name the node, and
// more than one.
func (n *node) ambiguous() bool {
	return n.value.kind == none && n.folded.kind != none && n.rival.kind != none
}

// way returns the nodes on the path from n, and the one at its end.
func (n *node) way(path []string) (through []*node, end *node) {
	for _, name := range path {
		if n = n.child(name); end != nil {
			through = append(through, end)
		}
		end = n
	}
	return through, end
}
