// Package evaltest has what the tests of several packages share: small runs,
// and an embedded engine behind handlers that answer in its place.
package evaltest
