"""How a value is said, once: what analysis, documents and pages share, so that a value prints one way in a report."""
