// Package plan works out what a run will search, before anything is sent.
//
// It refuses metrics that have no value for each query, names that the suite
// does not have, and selections that leave no query.
//
//  1. New takes a suite and what the command line changes in it, and chooses
//     metrics, systems and queries; a first stage is searched as deep as the
//     windows of its rerankers and the cutoffs, within its own window.
//  2. Requests renders the searches of a query, one for each system; Body
//     renders a whole search. Retrievers and requests are raw JSON: nothing in
//     them is lost on the way.
//  3. SmallWindows finds windows inside a first stage that end before the
//     depth does.
//  4. CostOf says what the searches cost, by the suite's prices.
//  5. Rejudge gives a saved run the suite's present judgments.
package plan
