package estest

import (
	"errors"
	"os"
	"time"
)

// Halt stops the server as an administrator does; its data stays.
func (s *Server) Halt() error { return s.end(terminate) }

// Kill stops the server without a chance to clean up; its data stays.
func (s *Server) Kill() error { return s.end(kill) }

// Stop ends the server and deletes everything that belongs to it.
func (s *Server) Stop() error {
	err := s.Halt()
	s.client.CloseIdleConnections()
	return errors.Join(err, os.RemoveAll(s.folder))
}

// end ends the process and waits until it is gone.
func (s *Server) end(signal os.Signal) error {
	if s.pid == 0 {
		return nil
	}
	process, err := os.FindProcess(s.pid)
	if err != nil {
		return err
	}
	defer s.guard.release()
	_ = process.Signal(signal)
	for deadline := time.Now().Add(time.Minute); !gone(process); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = process.Signal(kill)
			deadline = time.Now().Add(time.Minute)
		}
	}
	s.pid = 0
	return nil
}
