"""Network architectures: layers and shapes, nothing else."""
