package estest

import "testing"

// For starts a server for a test, which ends with it: a server that cannot be
// started, or not stopped, fails the test.
func For(t testing.TB, o Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}
