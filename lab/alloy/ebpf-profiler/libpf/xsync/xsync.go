// Package xsync declares a lock that owns what it guards. Part of a stand-in, see go.mod.
package xsync

import "sync"

type RWMutex[T any] struct {
	lock  sync.RWMutex
	value T
}

func NewRWMutex[T any](value T) RWMutex[T] { return RWMutex[T]{value: value} }

// WLock gives the value to its caller alone, until WUnlock takes the pointer back.
func (m *RWMutex[T]) WLock() *T {
	m.lock.Lock()
	return &m.value
}

func (m *RWMutex[T]) WUnlock(value **T) {
	*value = nil
	m.lock.Unlock()
}
