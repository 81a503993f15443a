"""Queue workers: relay, sweep, and the tasks of each queue."""
