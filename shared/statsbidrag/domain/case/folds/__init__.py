"""What follows from each event, a file for a subject."""
