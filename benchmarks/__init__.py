"""How fast it is, beside what else could do the same: `make bench`.

Every row is a ratio measured within one run on one machine, the contestants taking turns, so that a busy
neighbour slows both. The peers in `peers/` are written as one would write them to win.
"""
