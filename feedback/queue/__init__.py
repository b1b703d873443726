"""The table of reports as a queue: claims, leases, fairness, and the workers that make what is ready."""
