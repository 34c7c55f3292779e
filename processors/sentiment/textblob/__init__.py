"""TextBlob's sentiment, equal to the last bit and faster."""
