"""The training loop of networks, and support vector machines."""
