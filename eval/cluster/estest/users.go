package estest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// writeUser writes the administrator into the files of the server's file
// realm: its own command for that starts a Java process for each step.
func writeUser(config string) error {
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	const rounds = 10000
	hash, err := pbkdf2.Key(sha512.New, Password, salt, rounds, 32)
	if err != nil {
		return err
	}
	encoded := fmt.Sprintf("{PBKDF2}%d$%s$%s", rounds, base64.StdEncoding.EncodeToString(salt), base64.StdEncoding.EncodeToString(hash))
	var failures []error
	for name, line := range map[string]string{"users": User + ":" + encoded, "users_roles": "superuser:" + User} {
		path := filepath.Join(config, name)
		// It may be a hard link into the cache.
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			failures = append(failures, err)
		}
		failures = append(failures, os.WriteFile(path, []byte(line+"\n"), 0o640))
	}
	return errors.Join(failures...)
}
