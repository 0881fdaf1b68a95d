//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package eval

const lockable = true
