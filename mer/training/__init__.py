"""The training loop, devices and the streams it draws from."""
