"""The project as one more server of the harness that measures registers on the same work: see `make bench`."""
