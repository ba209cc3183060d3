"""How jobs write what they do."""

import logging


def start_log() -> None:
    """Write log lines with the time to standard error; a process that does so already stays as it is."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.captureWarnings(True)
