// Package estest starts a real Elasticsearch for tests, and makes the
// certificates that such tests need.
//
// It refuses to skip: where Java or Maven is missing it says what to install
// and fails, because a test that silently did not run is worse than none. It
// touches no server that it did not start itself.
//
// How it works:
//
//  1. Elasticsearch's own server build for integration tests is fetched from
//     Maven Central once and unpacked in the user's cache folder.
//  2. The plugin in the folder plugin is compiled against it. It adds
//     text_similarity_reranker and the inference API, which the bare build
//     lacks, on the server's own retriever framework.
//  3. Start links the unpacked server into a fresh folder with its own
//     configuration and data, picks a free port, and starts it as an account
//     that is not root, on 127.0.0.1 only.
//  4. Stop ends exactly that process, by its id, and deletes the folder.
package estest
