"""The training loop of networks, support vector machines, and the device to compute on."""
