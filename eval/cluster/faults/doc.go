// Package faults is a proxy that answers as a cluster in trouble does, for
// tests: it stands in front of the embedded engine or of a real Elasticsearch
// and spoils answers by a schedule.
//
// It refuses to be random by itself: a schedule decides by the number of the
// request and the request alone, so that a failing test can be repeated.
//
// How it works:
//
//  1. Every request gets a number and is shown to the schedule, which names
//     a fault or none.
//  2. Without a fault the request goes to the upstream and its answer comes
//     back as it is.
//  3. A fault answers in the upstream's place (an error status, a cold
//     model), or spoils the upstream's answer on its way (cut short, reset,
//     shards missing, another content type, late), or never answers.
//  4. The proxy counts what it injected, for the tables that tests print.
package faults
