// Package agree tells how much two judges of the same documents agree: two
// suites, or two filled-in pool files, for the same queries.
//
// It refuses to call grades the same judgment where it cannot know that they
// are: documents are matched by id, or by folded title, and whatever has no
// partner is counted apart and enters no coefficient. A kappa never stands without
// its interval and without how many of the documents it is about.
//
// How it works:
//
//  1. Read takes the judgments of a suite or of a pool file.
//  2. Compare pairs the queries by id, and by text where no id fits, and
//     their judgments by document.
//  3. Cohen's kappa is computed over all pairs, unweighted and weighted by
//     the distance of the grades, each with an interval (stats.KappaInterval),
//     with the table of which grade met which. Coverage is the share of the
//     graded documents that both graded.
//  4. The disagreements are listed, the widest first, with both places.
package agree
