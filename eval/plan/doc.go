// Package plan works out what a run will search, before anything is sent.
//
// It refuses metrics that have no value for each query, names that the suite
// does not have, and selections that leave no query.
//
//  1. New takes a suite and what the command line changes in it, and chooses
//     metrics, rerankers and queries; the depth of the first stage is the
//     largest window or cutoff.
//  2. Requests renders the searches of a query; Body renders a whole search.
//     The retriever is raw JSON: nothing in it is lost on the way.
//  3. SmallWindows finds windows inside the first stage that end before the
//     depth does.
//  4. Rejudge gives a saved run the suite's present judgments.
package plan
