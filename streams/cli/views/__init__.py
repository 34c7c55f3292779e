"""The layout of values that the commands show in a terminal."""
