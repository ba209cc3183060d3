"""From the configuration to the jobs of a sweep."""
