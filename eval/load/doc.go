// Package load puts a suite's documents into its index.
//
// It refuses to go on where the server takes only some of the documents, and to
// load into an index that maps a field otherwise than the suite does.
//
//  1. Documents looks at the first document, and at the index.
//  2. It creates the index with the suite's mappings and settings where it does
//     not exist, or again where that is asked for. Of an index that exists it
//     compares the fields' types; settings are not compared.
//  3. It sends the documents in bulk, and refreshes the index.
package load
