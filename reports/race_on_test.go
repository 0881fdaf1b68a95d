//go:build race

package reports

// underRace says that the race detector is on, under which thousands of reports
// take half an hour.
const underRace = true
