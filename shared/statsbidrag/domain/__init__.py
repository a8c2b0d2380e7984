"""What is true of a grant, whatever runs it: pure functions, no input or output."""
