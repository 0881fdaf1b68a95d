// Package propose makes a first suite of an index and a list of queries.
//
// It refuses to guess in silence. Each choice stands in the suite with what it
// was made from, and what a choice would need that the cluster does not show,
// such as the model behind a field of vectors, is left to the reader. It
// judges nothing, and writes no file.
//
//  1. ReadQueries reads the queries by package queries.
//  2. Look asks the cluster: the mapping, what some documents hold in their
//     fields, the inference endpoints for reranking. It changes nothing.
//  3. Choose decides the title field, the fields of the first stage, the field
//     that is reranked, the first stages and the rerankers, after the wishes
//     of the user. What the user names is checked against the index.
//  4. Proposal.Suite writes it all as YAML with comments, and reads it back.
package propose
