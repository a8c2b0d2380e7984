"""The only code that talks to AWS; each module answers one port."""
