package reports

// The views are what a report shows of a baseline: plain values that the caller
// fills from a second run. A report without them leaves the sections out.
