"""The steps by which the detector decides who is meant."""
