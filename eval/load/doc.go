// Package load puts a suite's documents into its index.
//
// It refuses to go on where the server takes only some of the documents.
//
//  1. Documents creates the index with the suite's mappings and settings where
//     it does not exist, or again where that is asked for.
//  2. It sends the documents in bulk, and refreshes the index.
package load
