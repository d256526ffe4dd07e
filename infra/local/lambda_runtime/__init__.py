"""Lambda: runs functions in processes of their own, with their event source mappings and schedules."""
