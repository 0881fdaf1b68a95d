//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package runfile

const lockable = true
