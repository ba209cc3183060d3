"""One page that shows what sweeps found, complete in itself and the same for the same files."""
