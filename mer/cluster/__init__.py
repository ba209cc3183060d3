"""What keeps a sweep going when the cluster, or the process that controls the sweep, fails."""
