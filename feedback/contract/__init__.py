"""What all rooms share: formats, states, the manifest, file names and the layout of an archive."""
