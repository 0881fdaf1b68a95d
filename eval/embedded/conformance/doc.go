// Package conformance compares the embedded engine with a real server: the
// same documents, the same requests, and the same ids, order and scores, to
// 1e-5 relative.
//
// It is test equipment. Run needs a server of 8.19 or above to compare with;
// the parts about reranking need the test plugin on it, whose scorer Trigrams
// repeats, and are skipped where the server has none.
//
// How it works:
//
//  1. Both sides get the same index: written films, made-up ones for ties and
//     common words, and odd ones with missing, empty and repeated values.
//  2. Every case of Cases, and random ones from a seed, is sent to both, and
//     the answers are compared.
//  3. Bad requests must fail on both with the same status and type of error.
//  4. Documents are deleted and replaced in the engine, and the cases compared
//     with a server's new index of what is left.
//  5. Texts are analysed by both, and the terms and positions compared.
package conformance
