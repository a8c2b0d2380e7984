"""The system behind a Swedish state grant, from call to last krona."""
