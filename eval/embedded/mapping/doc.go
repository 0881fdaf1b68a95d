// Package mapping holds what an index knows about its fields, and turns the
// JSON of documents into typed values by it, as Elasticsearch's mappings do.
//
// It knows the types text, keyword, long, integer, short, byte, double, float,
// boolean, date, dense_vector, semantic_text and object, multi-fields, and
// dynamic mapping. It refuses every other type and parameter by name, where a
// server would have used it: to drop one silently would change rankings. Only
// index_options of vectors are read and have no effect: they say how a server
// approximates, and searches here are exact.
//
// How it works:
//
//  1. Parse reads the JSON of "mappings" into a tree of objects and fields.
//  2. Document walks a document along the tree and collects the values of
//     every field and of its multi-fields.
//  3. A field that the tree does not have is added to a copy of the mapping,
//     by the type of its first value, unless "dynamic" says otherwise.
package mapping
