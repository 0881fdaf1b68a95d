// Package evaltest has what the tests of several packages share: small runs,
// and an embedded engine behind handlers that answer in its place.
//
// It refuses nothing, and nothing but tests imports it.
//
//  1. SampleRun and TaggedRun are runs whose numbers can be worked out by hand.
//  2. Served and ServedEngine put an engine behind a handler, which Answer and
//     At spoil for some of the requests.
//  3. Timeless takes out of a run what differs from one execution to the next.
package evaltest
