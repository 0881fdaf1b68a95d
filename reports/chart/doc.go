// Package chart draws what a reranker did: query by query as bars, and window
// by window as lines, for a page, as an SVG file and for a terminal; and systems
// as points, by quality and latency, for a page and as a file.
//
// It takes plain numbers and names and computes none; it refuses to draw what
// is undefined or infinite, to tell one reranker from another by colour alone,
// and to let a name mean anything to a browser or a terminal. What cannot be
// drawn is left out, and said where it could be missed.
//
// How it works:
//
//  1. NewBars takes a Bar for each query; NewLine takes the Curve of one
//     reranker, NewLines those of several, NewScatter a System for each point.
//     Each gives nil where there is too little to draw.
//  2. A chart is shapes in a box of 100 by 100 that a page stretches to the
//     width it has, so the shapes carry no text and no stroke that scales.
//  3. Page puts the labels around them as HTML; File draws at a fixed size with
//     the labels inside. Summary says in words what the chart shows.
//  4. Terminal draws on a canvas of characters. Where lines lie on each other
//     their signs take turns, so that none hides another.
//  5. The looks of rerankers side by side differ in marks, dashes and signs;
//     their colours stay apart under the common kinds of colour blindness.
package chart
