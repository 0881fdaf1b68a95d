// Package preflight looks at the cluster before the first search: the version,
// the privileges, the indices, the fields and what they hold, those that the
// first stages search, the windows, the endpoints and how much they read, the
// licence.
//
// It refuses a run whose numbers would be wrong or impossible. What the
// credentials may not look at is a note and no reason to stop.
//
//  1. Inspect asks the cluster, a step for each subject, and collects
//     findings: what it found, why it matters, what to do.
//  2. Errors are the findings that forbid the run.
package preflight
