package judgments

import "github.com/releval/releval/judgments/tree"

// node is a piece of a parsed file with its position.
type node = tree.Node

const (
	documentNode = tree.DocumentNode
	sequenceNode = tree.SequenceNode
	mappingNode  = tree.MappingNode
	scalarNode   = tree.ScalarNode
	aliasNode    = tree.AliasNode
)

// Tags as node.ShortTag gives them.
const (
	tagString    = "!!str"
	tagInt       = "!!int"
	tagFloat     = "!!float"
	tagBool      = "!!bool"
	tagNull      = "!!null"
	tagTimestamp = "!!timestamp"
	tagMapping   = "!!map"
	tagSequence  = "!!seq"
	tagMerge     = "!!merge"
)

// plain reports whether a scalar is written without quotes.
func plain(n *node) bool {
	return n.Style&(tree.DoubleQuotedStyle|tree.SingleQuotedStyle|tree.LiteralStyle|tree.FoldedStyle) == 0
}
