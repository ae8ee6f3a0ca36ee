//! From samples to exact results: histograms, live ticks, segments, merging, summaries. Pure.
