// The part every trainer shares: data sets in memory-mapped spools, model documents, the loop over epochs.
